"""Forms of activities: what is typed becomes inputs for the services."""
