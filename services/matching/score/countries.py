"""What wishes for regions and languages come to in each country, so that no place asks for itself."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.matching.score.factors import ON_THE_CONTINENT
from services.matching.score.weights import Factor
from services.matching.world.columns import Flags, Floats, World
from shared.values import Preferences


@dataclass(frozen=True, slots=True)
class Countries:
    """What is known by country, in the order of world.countries."""

    codes: Mapping[str, int]
    continents: Mapping[str, Flags]
    shares: Mapping[str, Floats]
    """By language: the share of the people who speak it; 0 where no languages are known."""
    without_languages: Flags

    @classmethod
    def of(cls, world: World) -> "Countries":
        facts = [world.facts[code] for code in world.countries]
        languages = {each.code for fact in facts for each in fact.languages}
        return cls(
            {code: i for i, code in enumerate(world.countries)},
            {
                name: np.array([fact.continent == name for fact in facts])
                for name in {fact.continent for fact in facts}
            },
            {
                code: np.array([fact.share(code) or 0 for fact in facts], np.float32)
                for code in languages
            },
            np.array([not fact.languages for fact in facts]),
        )

    def weighed(self, wished: Preferences, weights: Mapping[Factor, float]) -> Floats:
        """The weighted sum of region and language, one for each country."""
        total = np.zeros(len(self.codes), np.float32)
        if Factor.REGION in weights:
            for name in wished.continents:
                total[self.continents.get(name, [])] = ON_THE_CONTINENT
            total[[self.codes[code] for code in wished.countries if code in self.codes]] = 1
            total *= np.float32(weights[Factor.REGION])
        if Factor.LANGUAGE in weights:
            shares = [self.shares[code] for code in wished.languages if code in self.shares]
            if shares:
                total += np.maximum.reduce(shares) * np.float32(weights[Factor.LANGUAGE])
        return total
