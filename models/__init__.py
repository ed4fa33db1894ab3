"""The nouns of the recipe: pydantic data models only, importable by every other layer."""
