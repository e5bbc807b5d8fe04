//! Notices that a screen has changed into another one, although something on it may move.

use std::collections::HashMap;

use super::framebuffer::{Framebuffer, FramebufferError};

const ROW_STEP: usize = 4;
const PIXEL_STEP: usize = 4;

/// A screen as it was, without the places that moved by themselves.
#[derive(Debug)]
pub struct ChangeWatch {
    before: Vec<[u8; 4]>,
    moving: Vec<bool>,
}

impl ChangeWatch {
    /// Remembers the screen as it is now.
    ///
    /// # Errors
    /// [`FramebufferError`].
    pub fn start(framebuffer: &Framebuffer) -> Result<Self, FramebufferError> {
        let before = sample(framebuffer)?;
        let moving = vec![false; before.len()];
        Ok(Self { before, moving })
    }

    /// Takes whatever differs now as moving by itself; called some times before the event.
    ///
    /// # Errors
    /// [`FramebufferError`].
    pub fn disregard_motion(&mut self, framebuffer: &Framebuffer) -> Result<(), FramebufferError> {
        for ((moving, before), now) in self.moving.iter_mut().zip(&self.before).zip(sample(framebuffer)?) {
            *moving |= *before != now;
        }
        Ok(())
    }

    /// The share of the resting pixels that differ now, 0 to 1.
    ///
    /// # Errors
    /// [`FramebufferError`].
    pub fn changed_share(&self, framebuffer: &Framebuffer) -> Result<f32, FramebufferError> {
        let now = sample(framebuffer)?;
        let resting = || self.moving.iter().zip(&self.before).zip(&now).filter(|((moving, _), _)| !**moving);
        let changed = resting().filter(|((_, before), now)| before != now).count();
        Ok(changed as f32 / resting().count().max(1) as f32)
    }
}

/// The share of a screen's pixels that are not of its commonest colour, 0 to 1: what is drawn on its
/// ground. An empty window has none.
///
/// # Errors
/// [`FramebufferError`].
pub fn drawn_share(framebuffer: &Framebuffer) -> Result<f32, FramebufferError> {
    let pixels = sample(framebuffer)?;
    let mut counts: HashMap<[u8; 4], usize> = HashMap::new();
    for pixel in &pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let ground = counts.into_values().max().unwrap_or_default();
    Ok((pixels.len() - ground) as f32 / pixels.len().max(1) as f32)
}

fn sample(framebuffer: &Framebuffer) -> Result<Vec<[u8; 4]>, FramebufferError> {
    let (width, height) = framebuffer.size();
    let mut row = vec![0_u8; width * 4];
    let mut pixels = Vec::with_capacity((width / PIXEL_STEP + 1) * (height / ROW_STEP + 1));
    for y in (0..height).step_by(ROW_STEP) {
        framebuffer.read_row(y, &mut row)?;
        pixels.extend(row.as_chunks().0.iter().step_by(PIXEL_STEP).copied());
    }
    Ok(pixels)
}
