// What Grafana's own types say of a dashboard whose panels ask Prometheus, for plain JSON: names of enumerations are texts there.
import type { Dashboard, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";

type Plain<T> = T extends string ? `${T}` : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;

// The builder of the package marks its own objects.
type Marked = { _implementsDataqueryVariant: unknown };

type Asking = Plain<Omit<Panel, "targets">> & { targets: Plain<Omit<Dataquery, keyof Marked>>[] };

export type Written = Plain<Omit<Dashboard, "panels">> & { panels: Asking[] };
