"""Mapping profiles that come with the product."""
