// What k6 offers to a script, as far as a plan's script uses it, for a run in Node.
export const checks = [];

export const check = (value, conditions) => {
  const held = Object.entries(conditions).map(([name, holds]) => ({ name, holds: holds(value) }));
  checks.push(...held);
  return held.every((one) => one.holds);
};
