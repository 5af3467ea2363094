//! A counting semaphore over bytes.
//!
//! Memory while parsing is a multiple of the source's size, so it is bounded by the bytes in flight and not by the number
//! of threads: eight small files at once cost nothing, eight large ones do.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes that may be in flight at once.
#[derive(Debug)]
pub(crate) struct Budget {
    capacity: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// Bytes taken from a [`Budget`], given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    /// A budget of `capacity` bytes.
    pub(crate) fn new(capacity: u64) -> Self {
        Self { capacity: capacity.max(1), used: Mutex::new(0), freed: Condvar::new() }
    }

    /// Waits until `bytes` fit. A file larger than the whole budget waits until it is alone.
    pub(crate) fn take(&self, bytes: u64) -> Permit<'_> {
        let bytes = bytes.min(self.capacity);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while *used + bytes > self.capacity {
            used = self.freed.wait(used).unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        Permit { budget: self, bytes }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.budget.used.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn never_exceeds_its_capacity() {
        let budget = Budget::new(10);
        let (now, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for bytes in [3, 4, 5, 6, 25, 1] {
                let (budget, now, most) = (&budget, &now, &most);
                scope.spawn(move || {
                    let permit = budget.take(bytes);
                    most.fetch_max(
                        now.fetch_add(permit.bytes, Ordering::SeqCst) + permit.bytes,
                        Ordering::SeqCst,
                    );
                    std::thread::yield_now();
                    now.fetch_sub(permit.bytes, Ordering::SeqCst);
                });
            }
        });
        assert!(most.into_inner() <= 10);
    }
}
