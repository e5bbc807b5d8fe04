//! Stories and properties of the session in virtual time, with fake shells and a watcher outside.

/// Each story is a test; all of them stand in `STORIES` too, for the planted defects.
macro_rules! stories {
    ($($(#[$doc:meta])* fn $name:ident($kiosk:ident: $start:expr) $body:block)+) => {
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                #[allow(unused_mut, reason = "some stories only look")]
                let mut $kiosk = $start;
                $body
                $kiosk.is_sound();
            }
        )+

        pub(super) const STORIES: &[(&str, fn())] = &[$((stringify!($name), $name)),+];
    };
}

mod coverage;
mod defects;
mod kiosk;
mod maintenance_stories;
mod number_stories;
mod order_stories;
mod properties;
mod quiet_stories;
mod room;
mod stories;
mod watch;
