//! Stories of the disk: the real thread over real files, damaged, cut, killed and full.

mod cache;
mod damage;
mod disk;
mod killed;
mod owner;
mod record;
mod schemas;
mod shelf;
