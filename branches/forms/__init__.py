"""Forms of the register: what is typed, before a service decides."""
