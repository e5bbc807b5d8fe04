//! Stories of calls over real GStreamer: the kiosk's media on one side, a visitor's plain webrtcbin
//! on the other, over the loopback address.

mod calls;
mod devices;
mod echo;
mod room;
mod visitor;
