"""Text in two lines."""


def in_two_lines(text: str) -> tuple[str, ...]:
    """The text in the two lines of most even length; in one where it is one word."""
    words = text.split()
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return min(halves, key=lambda lines: max(map(len, lines)), default=(text,))
