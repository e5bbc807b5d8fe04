//! Renders a pass as the shipped kiosk does: egui's glow painter and the ui's own shader, on an EGL
//! surface without a window. Mesa's software rasteriser is enough.
#![expect(unsafe_code, reason = "EGL and GL are C interfaces")]

use std::cell::RefCell;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;

use eframe::egui_glow::Painter;
use eframe::glow::{self, HasContext as _};
use egui::{Context, FullOutput, TexturesDelta};
use egui_kittest::TestRenderer;
use glutin::api::egl::context::PossiblyCurrentContext;
use glutin::api::egl::device::Device;
use glutin::api::egl::display::Display;
use glutin::api::egl::surface::Surface;
use glutin::config::{ConfigSurfaceTypes, ConfigTemplateBuilder};
use glutin::context::{ContextApi, ContextAttributesBuilder, NotCurrentGlContext as _, Version};
use glutin::display::GlDisplay as _;
use glutin::surface::{PbufferSurface, SurfaceAttributesBuilder};

/// Pixels of a pass, RGBA, from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<[u8; 4]>,
}

impl Image {
    pub(super) fn at(&self, x: u32, y: u32) -> [u8; 4] {
        self.pixels[(y * self.width + x) as usize]
    }
}

/// Collects the changes of textures that kittest hands on between two renderings.
#[derive(Clone, Default)]
pub(super) struct Textures(Rc<RefCell<TexturesDelta>>);

impl TestRenderer for Textures {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        self.0.borrow_mut().append(std::mem::take(delta));
    }
}

impl Drop for Textures {
    fn drop(&mut self) {
        self.0.borrow_mut().clear();
    }
}

/// An off-screen window.
pub(super) struct Window {
    size: [u32; 2],
    painter: Painter,
    gl: Arc<glow::Context>,
    _context: PossiblyCurrentContext,
    _surface: Surface<PbufferSurface>,
}

/// Which GL a kiosk's driver may offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    Desktop,
    Embedded,
}

impl Window {
    pub(super) fn new(size: [u32; 2], api: Api) -> Self {
        let device = Device::query_devices().expect("EGL lists its devices").next().expect("EGL has a device");
        // SAFETY: no native window system is involved; the handles live as long as the window.
        let (gl, context, surface) = unsafe {
            let display = Display::with_device(&device, None).expect("the device has a display");
            let template = ConfigTemplateBuilder::new().with_surface_type(ConfigSurfaceTypes::PBUFFER).build();
            let config = display.find_configs(template).expect("configurations").next().expect("a configuration");
            let api = match api {
                Api::Desktop => ContextApi::OpenGl(Some(Version::new(3, 3))),
                Api::Embedded => ContextApi::Gles(Some(Version::new(3, 0))),
            };
            let attributes = ContextAttributesBuilder::new().with_context_api(api).build(None);
            let context = display.create_context(&config, &attributes).expect("a context");
            let side = |length: u32| NonZeroU32::new(length).expect("a window has a size");
            let attributes = SurfaceAttributesBuilder::<PbufferSurface>::new().build(side(size[0]), side(size[1]));
            let surface = display.create_pbuffer_surface(&config, &attributes).expect("a surface");
            let context = context.make_current(&surface).expect("the context becomes current");
            let gl = glow::Context::from_loader_function_cstr(|name| display.get_proc_address(name));
            (Arc::new(gl), context, surface)
        };
        let painter = Painter::new(Arc::clone(&gl), "", None, false).expect("egui's painter");
        Self { size, painter, gl, _context: context, _surface: surface }
    }

    pub(super) fn gl(&self) -> Arc<glow::Context> {
        Arc::clone(&self.gl)
    }

    /// Draws what `output` holds and reads it back.
    pub(super) fn render(&mut self, context: &Context, output: &FullOutput, textures: &Textures) -> Image {
        let primitives = context.tessellate(output.shapes.clone(), output.pixels_per_point);
        self.painter.clear(self.size, [1.0, 0.0, 1.0, 1.0]);
        let mut delta = std::mem::take(&mut *textures.0.borrow_mut());
        self.painter.paint_and_update_textures(self.size, output.pixels_per_point, &primitives, &mut delta);
        let [width, height] = self.size;
        let mut bytes = vec![0; (width * height * 4) as usize];
        // SAFETY: the context is current and `bytes` holds width × height RGBA pixels.
        unsafe {
            let pixels = glow::PixelPackData::Slice(Some(&mut bytes));
            let (width, height) = (width.cast_signed(), height.cast_signed());
            self.gl.read_pixels(0, 0, width, height, glow::RGBA, glow::UNSIGNED_BYTE, pixels);
        }
        let rows = bytes.chunks_exact((width * 4) as usize).rev();
        let pixels =
            rows.flat_map(|row| row.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2], 255])).collect();
        Image { width, height, pixels }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.painter.destroy();
    }
}
