//! The shader that fills a rectangle with a picture, for GLES 3.0 and GL 3.1 on.
//!
//! The only place of the ui with `unsafe`: raw GL calls. Called by egui's painter only, with its
//! context current; egui restores its own state after each callback.
#![expect(unsafe_code, reason = "GL is a C interface")]

use eframe::glow::{self, HasContext as _};

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
uniform sampler2D pixels;
void main() {
    color = vec4(texture(pixels, spot).rgb, 1.0);
}";

/// A program, a texture and what is in it.
pub(super) struct PictureShader {
    program: glow::Program,
    corners: glow::VertexArray,
    texture: glow::Texture,
    /// Width, height and sequence of the picture in the texture.
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
            let texture = gl.create_texture()?;
            gl.bind_texture(glow::TEXTURE_2D, Some(texture));
            for (parameter, value) in [
                (glow::TEXTURE_MIN_FILTER, glow::LINEAR),
                (glow::TEXTURE_MAG_FILTER, glow::LINEAR),
                (glow::TEXTURE_WRAP_S, glow::CLAMP_TO_EDGE),
                (glow::TEXTURE_WRAP_T, glow::CLAMP_TO_EDGE),
            ] {
                gl.tex_parameter_i32(glow::TEXTURE_2D, parameter, value.cast_signed());
            }
            Ok(Self { program, corners: gl.create_vertex_array()?, texture, held: None })
        }
    }

    /// Nothing of the last picture is drawn again.
    pub(super) fn forget(&mut self) {
        self.held = None;
    }

    /// Copies `picture` to the texture where it is not there yet. It must have four bytes a pixel.
    pub(super) fn upload(&mut self, gl: &glow::Context, picture: &Picture) {
        let size = (picture.width, picture.height);
        if self.held.is_some_and(|(_, _, sequence)| sequence == picture.sequence) {
            return;
        }
        let has_size = self.held.is_some_and(|(width, height, _)| (width, height) == size);
        let (width, height) = (picture.width.cast_signed(), picture.height.cast_signed());
        let (target, format, kind) = (glow::TEXTURE_2D, glow::RGBA, glow::UNSIGNED_BYTE);
        let bytes = glow::PixelUnpackData::Slice(Some(&picture.pixels));
        // SAFETY: as in `new`; the caller has checked that the picture holds width × height × 4 bytes.
        unsafe {
            gl.pixel_store_i32(glow::UNPACK_ALIGNMENT, 4);
            gl.pixel_store_i32(glow::UNPACK_ROW_LENGTH, 0);
            gl.active_texture(glow::TEXTURE0);
            gl.bind_texture(target, Some(self.texture));
            if has_size {
                gl.tex_sub_image_2d(target, 0, 0, 0, width, height, format, kind, bytes);
            } else {
                gl.tex_image_2d(target, 0, glow::RGBA8.cast_signed(), width, height, 0, format, kind, bytes);
            }
        }
        self.held = Some((picture.width, picture.height, picture.sequence));
    }

    /// Fills the viewport with the picture in the texture, if there is one.
    pub(super) fn draw(&self, gl: &glow::Context, mirrored: bool) {
        if self.held.is_none() {
            return;
        }
        // SAFETY: as in `new`.
        unsafe {
            gl.use_program(Some(self.program));
            gl.disable(glow::BLEND);
            let place = |name: &str| gl.get_uniform_location(self.program, name);
            gl.active_texture(glow::TEXTURE0);
            gl.bind_texture(glow::TEXTURE_2D, Some(self.texture));
            gl.uniform_1_i32(place("pixels").as_ref(), 0);
            gl.uniform_1_f32(place("mirror").as_ref(), if mirrored { 1.0 } else { 0.0 });
            gl.bind_vertex_array(Some(self.corners));
            gl.draw_arrays(glow::TRIANGLE_STRIP, 0, 4);
            gl.bind_vertex_array(None);
        }
    }
}
