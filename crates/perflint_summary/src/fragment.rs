//! Interfaces that nobody implements: a library puts an object together from classes that implement what they extend. Spring
//! Data's repositories are made that way ([fragments](https://docs.spring.io/spring-data/jpa/reference/repositories/custom-implementations.html)).

use crate::eval::Eval;
use perflint_link::{ClassIx, Def};

impl Eval<'_> {
    /// The implementations of a method that an interface without heirs has from one that it extends.
    pub(crate) fn fragments(&self, class: ClassIx, own: Option<Def>) -> Vec<(ClassIx, Def)> {
        let Some(own) = own.filter(|def| self.p.item(*def).lacks_code()) else { return Vec::new() };
        let Some(declaring) = self.p.class_around(own) else { return Vec::new() };
        if declaring == class || !self.p.class(class).heirs.is_empty() {
            return Vec::new();
        }
        self.overrides(declaring, self.p.item(own).name, Some(own))
    }
}
