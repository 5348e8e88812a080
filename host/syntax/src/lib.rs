//! Parses Python once and packs the tree.
