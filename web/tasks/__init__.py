"""The stations where user tasks are done: one module for each form, and `work` for what they share."""
