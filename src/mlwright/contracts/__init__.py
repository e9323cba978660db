"""What crosses a border between two units: the records that flow, the protocols that plug in, the errors."""
