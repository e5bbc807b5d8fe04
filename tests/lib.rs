//! Whole-system tests of the visiting room: the folders beside this file, a test target each. Cargo
//! asks every package for a library; this one has no code.
