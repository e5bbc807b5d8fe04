//! What keeps media from starting, and the check of GStreamer's elements.

use gstreamer as gst;

/// Why media cannot start.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// GStreamer itself does not start.
    #[error("GStreamer does not start: {0}")]
    GStreamer(String),
    /// Elements that a call needs are missing.
    #[error("GStreamer lacks {elements}; install {packages}")]
    MissingElements {
        /// The elements' names.
        elements: String,
        /// Debian's packages that hold them.
        packages: String,
    },
    /// A number in the configuration is out of range.
    #[error("{name} is {value}: {remedy}")]
    Setting {
        /// Table and key.
        name: &'static str,
        /// What it was set to.
        value: u32,
        /// How to mend it.
        remedy: String,
    },
    /// An element or pipeline could not be built.
    #[error("{what}: {why}")]
    Build {
        /// What was being built.
        what: &'static str,
        /// GStreamer's words.
        why: String,
    },
    /// The speaker's file cannot be written.
    #[error("speaker.sink: {path} cannot be written: {why}")]
    SpeakerFile {
        /// Which file.
        path: String,
        /// The system's words.
        why: String,
    },
    /// A thread could not be started.
    #[error("no thread for media: {0}")]
    Thread(String),
}

impl MediaError {
    /// A failed step of building `what`.
    pub(super) fn build(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Build { what, why: why.to_string() }
    }
}

const REQUIRED: &[(&str, &str)] = &[
    ("webrtcbin", "gstreamer1.0-plugins-bad"),
    ("dtlsdec", "gstreamer1.0-plugins-bad"),
    ("srtpdec", "gstreamer1.0-plugins-bad"),
    ("sctpdec", "gstreamer1.0-plugins-bad"),
    ("webrtcdsp", "gstreamer1.0-plugins-bad"),
    ("webrtcechoprobe", "gstreamer1.0-plugins-bad"),
    ("nicesink", "gstreamer1.0-nice"),
    ("nicesrc", "gstreamer1.0-nice"),
    ("rtpbin", "gstreamer1.0-plugins-good"),
    ("vp8enc", "gstreamer1.0-plugins-good"),
    ("vp8dec", "gstreamer1.0-plugins-good"),
    ("rtpvp8pay", "gstreamer1.0-plugins-good"),
    ("rtpvp8depay", "gstreamer1.0-plugins-good"),
    ("rtpopuspay", "gstreamer1.0-plugins-good"),
    ("rtpopusdepay", "gstreamer1.0-plugins-good"),
    ("jpegdec", "gstreamer1.0-plugins-good"),
    ("v4l2src", "gstreamer1.0-plugins-good"),
    ("opusenc", "gstreamer1.0-plugins-base"),
    ("opusdec", "gstreamer1.0-plugins-base"),
    ("videoconvert", "gstreamer1.0-plugins-base"),
    ("videoscale", "gstreamer1.0-plugins-base"),
    ("videorate", "gstreamer1.0-plugins-base"),
    ("audioconvert", "gstreamer1.0-plugins-base"),
    ("audioresample", "gstreamer1.0-plugins-base"),
    ("decodebin", "gstreamer1.0-plugins-base"),
    ("appsrc", "gstreamer1.0-plugins-base"),
    ("appsink", "gstreamer1.0-plugins-base"),
    ("alsasrc", "gstreamer1.0-alsa"),
];

/// Starts GStreamer, registers the built-in congestion control and looks for every needed element.
pub(super) fn check_plugins() -> Result<(), MediaError> {
    gst::init().map_err(|error| MediaError::GStreamer(error.to_string()))?;
    gstrsrtp::plugin_register_static().map_err(|error| MediaError::GStreamer(error.to_string()))?;
    let missing: Vec<_> = REQUIRED.iter().filter(|(element, _)| gst::ElementFactory::find(element).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = |names: Vec<&str>| {
        let mut names = names;
        names.dedup();
        names.join(", ")
    };
    Err(MediaError::MissingElements {
        elements: names(missing.iter().map(|(element, _)| *element).collect()),
        packages: names(missing.iter().map(|(_, package)| *package).collect()),
    })
}
