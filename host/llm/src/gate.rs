//! The limit on calls that an endpoint answers at once. Invariant: no more slots exist than the limit, a free one goes to
//! whoever has waited longest among the most urgent, and one that nobody takes is not lost.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::request::Urgency;

/// Lets calls in.
#[derive(Debug)]
pub(crate) struct Gate {
    limit: usize,
    most_queued: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    interactive: VecDeque<oneshot::Sender<Slot>>,
    background: VecDeque<oneshot::Sender<Slot>>,
}

/// The right to one call, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    gate: Option<Arc<Gate>>,
}

/// How many wait when no more may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full(pub(crate) usize);

/// How many calls there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) running: usize,
    pub(crate) queued: usize,
}

impl State {
    fn queue(&mut self, urgency: Urgency) -> &mut VecDeque<oneshot::Sender<Slot>> {
        match urgency {
            Urgency::Interactive => &mut self.interactive,
            Urgency::Background => &mut self.background,
        }
    }

    fn next(&mut self) -> Option<oneshot::Sender<Slot>> {
        self.interactive.pop_front().or_else(|| self.background.pop_front())
    }

    fn drop_those_who_left(&mut self) {
        self.interactive.retain(|waiting| !waiting.is_closed());
        self.background.retain(|waiting| !waiting.is_closed());
    }

    fn queued(&self) -> usize {
        self.interactive.len() + self.background.len()
    }
}

impl Gate {
    pub(crate) fn new(limit: u32, most_queued: u32) -> Arc<Self> {
        Arc::new(Self { limit: limit as usize, most_queued: most_queued as usize, state: Mutex::default() })
    }

    /// Waits for a slot; dropping the future gives the place in the queue up.
    pub(crate) async fn enter(self: &Arc<Self>, urgency: Urgency) -> Result<Slot, Full> {
        let waiting = {
            let mut state = self.lock();
            if state.running < self.limit {
                state.running += 1;
                return Ok(Slot { gate: Some(Arc::clone(self)) });
            }
            if state.queued() >= self.most_queued {
                state.drop_those_who_left();
            }
            if state.queued() >= self.most_queued {
                return Err(Full(state.queued()));
            }
            let (send, receive) = oneshot::channel();
            state.queue(urgency).push_back(send);
            receive
        };
        // The sender is dropped unused only with the gate, which `self` holds.
        waiting.await.map_err(|_| Full(0))
    }

    /// Counts the calls.
    pub(crate) fn traffic(&self) -> Traffic {
        let mut state = self.lock();
        state.drop_those_who_left();
        Traffic { running: state.running, queued: state.queued() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(gate) = self.gate.take() else { return };
        loop {
            let next = {
                let mut state = gate.lock();
                let next = state.next();
                if next.is_none() {
                    state.running = state.running.saturating_sub(1);
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(Self { gate: Some(Arc::clone(&gate)) }) {
                Ok(()) => return,
                // Whoever waited has left; the slot goes to the next one, and its drop does nothing.
                Err(mut slot) => slot.gate = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::{sync::Arc, time::Duration};

    use super::{Gate, Traffic};
    use crate::request::Urgency;

    #[tokio::test]
    async fn slots_are_not_lost_when_waiters_leave() {
        let gate = Gate::new(1, 100);
        let first = gate.enter(Urgency::Background).await.unwrap();
        for urgency in [Urgency::Background, Urgency::Interactive] {
            let waiting = gate.enter(urgency);
            assert!(tokio::time::timeout(Duration::from_millis(5), waiting).await.is_err());
        }
        drop(first);
        assert_eq!(gate.traffic(), Traffic { running: 0, queued: 0 });
        drop(gate.enter(Urgency::Background).await.unwrap());
    }

    #[tokio::test]
    async fn people_go_first_and_the_queue_is_bounded() {
        let gate = Gate::new(1, 2);
        let first = gate.enter(Urgency::Background).await.unwrap();
        let (send, mut order) = tokio::sync::mpsc::unbounded_channel();
        for urgency in [Urgency::Background, Urgency::Interactive] {
            let (other, send) = (Arc::clone(&gate), send.clone());
            tokio::spawn(async move {
                let _slot = other.enter(urgency).await.unwrap();
                send.send(urgency).unwrap();
            });
        }
        while gate.traffic().queued < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.enter(Urgency::Interactive).await.unwrap_err().0, 2);
        drop(first);
        assert_eq!(order.recv().await, Some(Urgency::Interactive));
        assert_eq!(order.recv().await, Some(Urgency::Background));
    }
}
