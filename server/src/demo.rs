//! A believable platform, made up.
