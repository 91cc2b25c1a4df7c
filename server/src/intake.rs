//! Events as they arrive: parsed strictly, checked, brought to one form.
