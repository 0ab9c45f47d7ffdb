"""The ground floor: what every room stands on, and which itself knows none of them."""
