"""Pages of official forms, of the burden meter and of what is collected besides."""
