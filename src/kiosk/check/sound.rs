//! Measures microphone, speaker and echo, which are heard together: a silence, the beeps as they
//! come, the beeps behind the canceller. Takes about eight seconds.

use std::time::Duration;

use muwajaha_core::domain::Finding;

use super::{echo, microphone, speaker, tone};
use crate::media::inspection::{self, Heard, Listening, SoundFailure, Stop};
use crate::media::{MediaSettings, SpeakerSink};

const QUIET: Duration = Duration::from_millis(1_000);
const PLAYING: Duration = Duration::from_millis(1_800);
const ADAPTING: Duration = Duration::from_millis(3_600);

/// The three findings.
pub(super) fn check(settings: &MediaSettings, stop: &Stop) -> [Finding; 3] {
    let listen = |listening| inspection::listen(settings, listening, tone::beeps());
    let raw = match settings.speaker.sink {
        SpeakerSink::None => Err(SoundFailure::Speaker("speaker.sink = \"none\"".to_owned())),
        SpeakerSink::Alsa(_) | SpeakerSink::PipeWire(_) | SpeakerSink::File(_) => {
            listen(Listening { cancelled: false, quiet: QUIET, playing: PLAYING, stop })
        }
    };
    let cancelled = || listen(Listening { cancelled: true, quiet: Duration::ZERO, playing: ADAPTING, stop });
    let alone = || inspection::listen_without_speaker(settings, QUIET, stop);
    findings(raw, settings.microphone.echo_cancellation, cancelled, alone)
}

fn findings(
    raw: Result<Heard, SoundFailure>,
    has_canceller: bool,
    cancelled: impl FnOnce() -> Result<Heard, SoundFailure>,
    alone: impl FnOnce() -> Result<Heard, SoundFailure>,
) -> [Finding; 3] {
    let (heard, speaker_failure) = match raw {
        Ok(heard) => (Ok(heard), None),
        Err(SoundFailure::Microphone(why)) => (Err(why), None),
        Err(SoundFailure::Speaker(why)) => (alone().map_err(words_of), Some(why)),
    };
    let microphone = heard.as_ref().map(|heard| microphone::Measured::of(&heard.quiet, &heard.playing));
    let microphone = microphone::judge(microphone.map_err(Clone::clone));
    let measured = match (&heard, speaker_failure) {
        (_, Some(why)) => Err(why),
        (Ok(heard), None) => Ok(speaker::Measured::of(&heard.quiet, &heard.playing)),
        // The microphone's own finding says why nothing was heard.
        (Err(_), None) => Err(String::new()),
    };
    let echo = match (&heard, &measured) {
        (Ok(heard), Ok(measured)) if measured.is_heard() => {
            let left = if has_canceller { cancelled().ok().map(|left| left.playing) } else { None };
            let left = left.unwrap_or_else(|| heard.playing.clone());
            echo::judge(Some(echo::Measured::of(&heard.playing, &left)))
        }
        (Ok(_) | Err(_), Ok(_) | Err(_)) => echo::judge(None),
    };
    [microphone, speaker::judge(measured), echo]
}

fn words_of(failure: SoundFailure) -> String {
    match failure {
        SoundFailure::Microphone(why) | SoundFailure::Speaker(why) => why,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    use muwajaha_core::domain::{CheckVerdict, Remedy};

    use super::*;
    use crate::media::MicrophoneSource;

    /// From the speaker to the microphone.
    const DELAY_SAMPLES: usize = 6_000;

    /// A room with a fan, in which the speaker is heard at `gain`.
    fn listen_in_room(gain: f32, listening: Listening<'_>) -> Result<Heard, SoundFailure> {
        let played = Arc::new(Mutex::new(VecDeque::from(vec![0_i16; DELAY_SAMPLES])));
        let (heard, mut beeps, mut state) = (Arc::clone(&played), tone::beeps(), 0x2545_f491_u32);
        let room = move |chunk: &mut [i16]| {
            let mut played = played.lock().unwrap();
            for sample in chunk {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let fan = ((state >> 16) as f32 / 65_536.0 - 0.5) * 200.0;
                *sample = (f32::from(played.pop_front().unwrap_or(0)) * gain + fan) as i16;
            }
        };
        inspection::listen_in_room(room, listening, |chunk| {
            beeps(chunk);
            heard.lock().unwrap().extend(chunk.iter().copied());
        })
    }

    fn check_in_room(gain: f32) -> [Finding; 3] {
        let stop = &Stop::default();
        let raw = listen_in_room(gain, Listening { cancelled: false, quiet: QUIET, playing: PLAYING, stop });
        let behind = Listening { cancelled: true, quiet: Duration::ZERO, playing: ADAPTING, stop };
        findings(raw, true, || listen_in_room(gain, behind), || unreachable!("the speaker works"))
    }

    #[test]
    fn a_speaker_in_a_room_is_heard_and_the_canceller_takes_its_echo_down() {
        let [microphone, speaker, echo] = check_in_room(0.3);
        println!("{microphone:?}\n{speaker:?}\n{echo:?}");
        assert_eq!(microphone.verdict, CheckVerdict::Pass, "{microphone:?}");
        assert_eq!(speaker.verdict, CheckVerdict::Pass, "{speaker:?}");
        assert_ne!(echo.verdict, CheckVerdict::Fail, "{echo:?}");
    }

    /// Otherwise every echo would be judged as taken out.
    #[test]
    fn the_canceller_lets_beeps_through_that_are_no_echo() {
        let mut somebody_elses = tone::beeps();
        let room = move |chunk: &mut [i16]| {
            somebody_elses(chunk);
            chunk.iter_mut().for_each(|sample| *sample /= 3);
        };
        let stop = &Stop::default();
        let behind = Listening { cancelled: true, quiet: Duration::ZERO, playing: ADAPTING, stop };
        let heard = inspection::listen_in_room(room, behind, |chunk| chunk.fill(0)).unwrap();
        let left = echo::Measured::of(&[], &heard.playing).left_dbfs;
        println!("behind the canceller: {left:.0} dBFS");
        assert!(left > -35.0, "{left}");
    }

    #[test]
    fn a_speaker_that_nobody_hears_fails_and_has_no_echo() {
        let [microphone, speaker, echo] = check_in_room(0.0);
        assert_eq!(microphone.verdict, CheckVerdict::Pass, "{microphone:?}");
        assert_eq!((speaker.verdict, speaker.remedy), (CheckVerdict::Fail, Some(Remedy::RaiseSpeaker)));
        assert_eq!(echo.verdict, CheckVerdict::Pass);
    }

    #[test]
    fn a_missing_speaker_leaves_the_microphone_to_be_checked() {
        let mut settings = MediaSettings::default();
        settings.microphone.source = MicrophoneSource::Test;
        settings.speaker.sink = SpeakerSink::Alsa("hw:9,9".to_owned());
        let [microphone, speaker, _] = check(&settings, &Stop::default());
        assert_eq!(microphone.verdict, CheckVerdict::Pass, "{microphone:?}");
        assert_eq!((speaker.verdict, speaker.remedy), (CheckVerdict::Fail, Some(Remedy::PlugSpeaker)));
    }

    #[test]
    fn a_missing_microphone_is_named() {
        let mut settings = MediaSettings::default();
        settings.microphone.source = MicrophoneSource::Alsa("hw:9,9".to_owned());
        settings.speaker.sink = SpeakerSink::None;
        let [microphone, ..] = check(&settings, &Stop::default());
        assert_eq!((microphone.verdict, microphone.remedy), (CheckVerdict::Fail, Some(Remedy::PlugMicrophone)));
    }
}
