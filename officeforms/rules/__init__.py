"""Pure rules of official forms and of what is collected; no model, no clock."""
