//! The shader that turns I420 planes (BT.601, limited range) into colours, for GLES 3.0 and GL 3.1 on.
//!
//! The only place of the ui with `unsafe`: raw GL calls. Called by egui's painter only, with its
//! context current; egui restores its own state after each callback.
#![expect(unsafe_code, reason = "GL is a C interface")]

use eframe::glow::{self, HasContext as _};

use super::halved;
use crate::picture::Picture;

const VERTEX: &str = "
out vec2 spot;
uniform float mirror;
void main() {
    vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
    spot = vec2(mix(corner.x, 1.0 - corner.x, mirror), 1.0 - corner.y);
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}";

const FRAGMENT: &str = "
in vec2 spot;
out vec4 color;
uniform sampler2D luma;
uniform sampler2D blue;
uniform sampler2D red;
uniform vec2 chroma_share;
void main() {
    float y = 1.164384 * (texture(luma, spot).r - 16.0 / 255.0);
    float u = texture(blue, spot * chroma_share).r - 128.0 / 255.0;
    float v = texture(red, spot * chroma_share).r - 128.0 / 255.0;
    color = vec4(y + 1.596027 * v, y - 0.391762 * u - 0.812968 * v, y + 2.017232 * u, 1.0);
}";

/// A program, three textures and what is in them.
pub(super) struct PictureShader {
    program: glow::Program,
    corners: glow::VertexArray,
    planes: [glow::Texture; 3],
    /// Width, height and sequence of the picture in the textures.
    held: Option<(u32, u32, u64)>,
}

impl PictureShader {
    /// Compiles the program.
    ///
    /// # Errors
    /// What the driver said.
    pub(super) fn new(gl: &glow::Context) -> Result<Self, String> {
        let header =
            if gl.version().is_embedded { "#version 300 es\nprecision highp float;\n" } else { "#version 140\n" };
        // SAFETY: the painter's context is current on this thread, and every name that is used was
        // made by this context.
        unsafe {
            let program = gl.create_program()?;
            for (kind, source) in [(glow::VERTEX_SHADER, VERTEX), (glow::FRAGMENT_SHADER, FRAGMENT)] {
                let shader = gl.create_shader(kind)?;
                gl.shader_source(shader, &format!("{header}{source}"));
                gl.compile_shader(shader);
                if !gl.get_shader_compile_status(shader) {
                    return Err(gl.get_shader_info_log(shader));
                }
                gl.attach_shader(program, shader);
                gl.delete_shader(shader);
            }
            gl.link_program(program);
            if !gl.get_program_link_status(program) {
                return Err(gl.get_program_info_log(program));
            }
            let planes = [gl.create_texture()?, gl.create_texture()?, gl.create_texture()?];
            for plane in planes {
                gl.bind_texture(glow::TEXTURE_2D, Some(plane));
                for (parameter, value) in [
                    (glow::TEXTURE_MIN_FILTER, glow::LINEAR),
                    (glow::TEXTURE_MAG_FILTER, glow::LINEAR),
                    (glow::TEXTURE_WRAP_S, glow::CLAMP_TO_EDGE),
                    (glow::TEXTURE_WRAP_T, glow::CLAMP_TO_EDGE),
                ] {
                    gl.tex_parameter_i32(glow::TEXTURE_2D, parameter, value.cast_signed());
                }
            }
            Ok(Self { program, corners: gl.create_vertex_array()?, planes, held: None })
        }
    }

    /// Nothing of the last picture is drawn again.
    pub(super) fn forget(&mut self) {
        self.held = None;
    }

    /// Copies `picture` to the textures where it is not there yet. Its planes must match its size.
    pub(super) fn upload(&mut self, gl: &glow::Context, picture: &Picture) {
        let (width, height) = (picture.width, picture.height);
        if self.held.is_some_and(|(_, _, sequence)| sequence == picture.sequence) {
            return;
        }
        let same_size =
            self.held.is_some_and(|(held_width, held_height, _)| (held_width, held_height) == (width, height));
        let sizes = [(width, height), (halved(width), halved(height)), (halved(width), halved(height))];
        // SAFETY: as in `new`; the caller has checked that each plane holds width × height bytes.
        unsafe {
            gl.pixel_store_i32(glow::UNPACK_ALIGNMENT, 1);
            gl.pixel_store_i32(glow::UNPACK_ROW_LENGTH, 0);
            gl.active_texture(glow::TEXTURE0);
            for ((texture, bytes), (width, height)) in self.planes.iter().zip(&picture.planes).zip(sizes) {
                let (width, height) = (width.cast_signed(), height.cast_signed());
                let bytes = glow::PixelUnpackData::Slice(Some(bytes));
                gl.bind_texture(glow::TEXTURE_2D, Some(*texture));
                if same_size {
                    let target = glow::TEXTURE_2D;
                    gl.tex_sub_image_2d(target, 0, 0, 0, width, height, glow::RED, glow::UNSIGNED_BYTE, bytes);
                } else {
                    let inner = glow::R8.cast_signed();
                    gl.tex_image_2d(
                        glow::TEXTURE_2D,
                        0,
                        inner,
                        width,
                        height,
                        0,
                        glow::RED,
                        glow::UNSIGNED_BYTE,
                        bytes,
                    );
                }
            }
        }
        self.held = Some((width, height, picture.sequence));
    }

    /// Fills the viewport with the picture in the textures, if there is one.
    pub(super) fn draw(&self, gl: &glow::Context, mirrored: bool) {
        let Some((width, height, _)) = self.held else { return };
        let share = |side: u32| side as f32 / (2.0 * halved(side) as f32);
        // SAFETY: as in `new`.
        unsafe {
            gl.use_program(Some(self.program));
            gl.disable(glow::BLEND);
            let place = |name: &str| gl.get_uniform_location(self.program, name);
            for ((texture, unit), name) in self.planes.iter().zip(0_u32..).zip(["luma", "blue", "red"]) {
                gl.active_texture(glow::TEXTURE0 + unit);
                gl.bind_texture(glow::TEXTURE_2D, Some(*texture));
                gl.uniform_1_i32(place(name).as_ref(), unit.cast_signed());
            }
            gl.uniform_1_f32(place("mirror").as_ref(), if mirrored { 1.0 } else { 0.0 });
            gl.uniform_2_f32(place("chroma_share").as_ref(), share(width), share(height));
            gl.bind_vertex_array(Some(self.corners));
            gl.draw_arrays(glow::TRIANGLE_STRIP, 0, 4);
            gl.bind_vertex_array(None);
            gl.active_texture(glow::TEXTURE0);
        }
    }
}
