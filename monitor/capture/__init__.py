"""Pictures from network streams, files, USB cameras and the drawn camera."""
