"""The parts of advice: where to begin, what to loosen, where many look."""
