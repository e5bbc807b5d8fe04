//! What an OSDP reader shows for osdp_LED and osdp_BUZ: times in units of 100 ms, order 2 of the
//! temporary part and order 1 of the permanent part set a light, tone 1 silences the buzzer.
//! A buzzer that is to repeat no times sounds until it is silenced. Source: SIA OSDP v2.2
//! (osdp_LED, osdp_BUZ) as the headers of libosdp 3.2.7 give it.

use std::time::Duration;

use libosdp::{OsdpCommandBuzzer, OsdpCommandLed, OsdpLedColor, OsdpLedParams};

use super::super::shown::{Colour, Shown};

const UNIT: Duration = Duration::from_millis(100);
const SET_TEMPORARY: u8 = 2;
const SET_PERMANENT: u8 = 1;
const SILENCE: u8 = 1;

/// The permanent order first: a temporary one covers it.
pub(super) fn light(order: &OsdpCommandLed) -> Vec<Shown> {
    let OsdpCommandLed { temporary, permanent, .. } = order;
    let permanently = (permanent.control_code == SET_PERMANENT).then(|| shown(permanent, None));
    let lasting = UNIT * u32::from(temporary.timer_count);
    let temporarily = (temporary.control_code == SET_TEMPORARY).then(|| shown(temporary, Some(lasting)));
    permanently.into_iter().chain(temporarily).collect()
}

fn shown(order: &OsdpLedParams, lasting: Option<Duration>) -> Shown {
    let is_blinking = order.on_count > 0 && order.off_count > 0;
    let visible = if order.on_count > 0 { order.on_color } else { order.off_color };
    match colour(visible) {
        Some(colour) => Shown::Light { colour, is_blinking, lasting },
        None => Shown::Dark,
    }
}

fn colour(colour: OsdpLedColor) -> Option<Colour> {
    match colour {
        OsdpLedColor::None => None,
        OsdpLedColor::Red => Some(Colour::Red),
        OsdpLedColor::Green => Some(Colour::Green),
        OsdpLedColor::Amber => Some(Colour::Amber),
        OsdpLedColor::Blue => Some(Colour::Blue),
        OsdpLedColor::Magenta => Some(Colour::Magenta),
        OsdpLedColor::Cyan => Some(Colour::Cyan),
        OsdpLedColor::Unknown(_) => Some(Colour::Other),
    }
}

/// Nothing where the tone code means nothing.
pub(super) fn sound(order: &OsdpCommandBuzzer) -> Option<Shown> {
    match order.control_code {
        0 => None,
        SILENCE => Some(Shown::Silence),
        _ => {
            let times = u32::from(order.rep_count);
            let once = UNIT * (u32::from(order.on_count) + u32::from(order.off_count));
            Some(Shown::Sound { lasting: (times > 0).then(|| once * times) })
        }
    }
}
