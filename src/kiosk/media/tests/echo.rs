//! How much of the speaker's sound the canceller takes out of the microphone's.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use muwajaha_core::domain::{CallId, ConnectionId};

use crate::media::audio::{Audio, MicrophoneBranch};
use crate::media::inbox::{TransportKey, inbox};
use crate::media::reaper::Reaper;
use crate::media::shared::Shared;
use crate::media::watch;

const KEY: TransportKey = TransportKey { call: CallId(1), connection: ConnectionId(1) };
const CONVERGENCE: Duration = Duration::from_secs(4);
const MEASURED: Duration = Duration::from_secs(4);
/// Tail of the room's response: delay in samples beyond the playing queue, and gain.
const PATH: [(usize, f32); 4] = [(1_440, 0.30), (1_610, -0.12), (2_100, 0.08), (2_900, 0.04)];
const QUEUE_SAMPLES: usize = 1_920;

/// Something like speech: noise shaped by syllables, from a seed.
fn speech() -> impl FnMut() -> i16 {
    let (mut state, mut at, mut smooth) = (0x2545_f491_u32, 0_u32, 0.0_f32);
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        at = at.wrapping_add(1);
        let noise = (state >> 16) as f32 / 32_768.0 - 1.0;
        smooth += (noise - smooth) * 0.2;
        let syllable = (at as f32 / 48_000.0 * 4.0 * std::f32::consts::TAU).sin().max(0.0);
        (smooth * syllable * 24_000.0) as i16
    }
}

fn measure(canceller: bool) -> (f64, f64) {
    let shared = Shared::default();
    let (sender, _receiver) = inbox();
    shared.gate.open(KEY.call, KEY.connection);
    let echo_energy = Arc::new(Mutex::new(Vec::new()));
    let (mixer, energy, mut next) = (shared.mixer.clone(), Arc::clone(&echo_energy), speech());
    let mut played = VecDeque::from(vec![0_i16; QUEUE_SAMPLES + 3_000]);
    let room = move |chunk: &mut [i16]| {
        for sample in chunk.iter_mut() {
            let far = next();
            mixer.push(std::iter::once(far));
            played.push_front(far);
            played.pop_back();
            let echo: f32 = PATH.iter().map(|(delay, gain)| f32::from(played[QUEUE_SAMPLES + delay]) * gain).sum();
            *sample = echo as i16;
        }
        let sum = chunk.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        energy.lock().unwrap().push((Instant::now(), sum));
    };
    let branch = MicrophoneBranch::Made(Box::new(room));
    let audio = Audio::assemble(branch, canceller, None, 1, &shared, &sender).unwrap();

    let tap = gst::parse::launch("appsrc name=in format=time is-live=true ! appsink name=out sync=false").unwrap();
    let tap = tap.downcast::<gst::Pipeline>().unwrap();
    tap.set_state(gst::State::Playing).unwrap();
    shared.microphone.add(KEY, watch::app_source(tap.upcast_ref(), "in").unwrap());
    let out = watch::app_sink(tap.upcast_ref(), "out").unwrap();
    let since = Instant::now();
    let mut left = 0.0;
    while since.elapsed() < CONVERGENCE + MEASURED {
        let Some(sample) = out.try_pull_sample(gst::ClockTime::from_seconds(2)) else { panic!("no sound came out") };
        if since.elapsed() >= CONVERGENCE {
            let bytes = sample.buffer().unwrap().map_readable().unwrap();
            let samples = bytes.as_chunks::<2>().0.iter().map(|pair| f64::from(i16::from_le_bytes(*pair)));
            left += samples.map(|sample| sample.powi(2)).sum::<f64>();
        }
    }
    let measured = |at: &Instant| at.saturating_duration_since(since) >= CONVERGENCE;
    let echo = echo_energy.lock().unwrap().iter().filter(|(at, _)| measured(at)).map(|(_, sum)| sum).sum();
    tap.set_state(gst::State::Null).unwrap();
    audio.stop(&mut Reaper::new(sender), Duration::from_secs(5));
    (echo, left)
}

#[test]
fn the_canceller_takes_out_most_of_the_echo() {
    crate::media::error::check_plugins().unwrap();
    let decibels = |(echo, left): (f64, f64)| 10.0 * (echo / left.max(1.0)).log10();
    let off = decibels(measure(false));
    let on = decibels(measure(true));
    println!("echo return loss enhancement: {on:.1} dB (without canceller {off:.1} dB)");
    assert!(off.abs() < 1.0, "without canceller the echo comes through as it is: {off:.1} dB");
    assert!(on > 3.0, "{on:.1} dB");
}
