"""Drafts of schemes: copied, edited part by part, checked, submitted by one officer and published by another."""
