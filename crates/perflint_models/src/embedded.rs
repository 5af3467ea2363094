//! The models that the binary carries.

use crate::index::{ModelError, Models};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The models of `rules/models`, as they were when perflint was built.
///
/// # Errors
/// A file that cannot be used; the tests hold that there is none.
pub fn builtin() -> Result<Models, ModelError> {
    Models::read(FILES.iter().copied())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_model_file_can_be_used() {
        let models = super::builtin().unwrap();
        assert!(models.size().1 > 0, "no call rows");
    }
}
