"""How matching says no: each docstring is the sentence that a person reads."""

from shared.refusals import Refusal


class NotYours(Refusal):
    """This search belongs to {name}; only its administrator and committee, and staff, may work on it."""

    status = 403
    next_step = "Sign in as your own city, or write to the programme's info address."


class NoOpenSearch(Refusal):
    """Your city has no open search, so nobody could follow up on this."""

    next_step = "Turn on Cities Seeking Cities in your city's profile first."


class SearchEnded(Refusal):
    """The search of {name} has ended; nothing can be changed in it any more."""

    next_step = "Start a new search for a new partner."


class SearchPaused(Refusal):
    """The search of {name} rests; nothing is proposed or chosen until it goes on."""

    next_step = "Resume the search first."


class NotDebriefed(Refusal):
    """Research for {name} begins with the debrief, and the debrief has not taken place yet."""

    next_step = "Hold the debrief; until then, look at the listed cities and make notes on them."


class NotInGoodStanding(Refusal):
    """{name} is not in good standing: its dues have lapsed, so no new city can be contacted for it."""

    next_step = "Renew the membership; everything in the search is kept until then."


class NoSuchPlace(Refusal):
    """The gazetteer has no city with the number {geoname_id}."""

    status = 404
    next_step = "Search for the city by its name and take the number from there."


class NotInTheWorld(Refusal):
    """Matching knows no city of 500 people or more with the number {geoname_id}."""

    status = 404
    next_step = "Search for the city by its name; a smaller place can be added to a search by hand."


class WrongNumberToCompare(Refusal):
    """A comparison has two to five different cities; this one has {count}."""

    next_step = "Choose two to five cities; one that is chosen twice stands in it once."


class SignCannotBePrinted(Refusal):
    """The fonts at hand have no picture of the sign {sign} ({name}), so it would be printed as a box."""

    status = 422
    next_step = "Read the comparison on the page instead, or leave out the city whose text has it."


class NotAbroad(Refusal):
    """{name} is in the United States; a sister city must be abroad."""

    next_step = "Choose a city in another country."


class AlreadyPartners(Refusal):
    """{name} is a partner of the member already."""

    next_step = "Choose another city, or record news of the partnership where it is kept."
    for_staff = (
        "Take another city, and this one off the list if it is there; news of the partnership is recorded where it is"
        " kept."
    )


class HasFoundAPartner(Refusal):
    """{name} has found a U.S. partner since, so it is not free any more."""

    next_step = "Choose another of the proposed cities."
    for_staff = (
        "Take another city, and this one off the list if it is there. A city that looks for one more partner asks to be"
        " listed again."
    )


class AlreadyAProspect(Refusal):
    """{name} is on the list of prospects already."""

    next_step = "Add a note to it instead."


class NotAProspect(Refusal):
    """City number {geoname_id} is not on the list of prospects, nor among the listed cities that were looked at."""

    next_step = "Add it as a prospect first."


class OutreachUnderWay(Refusal):
    """People are writing to {name} for this search; it cannot be taken off the list or excluded meanwhile."""

    next_step = "End the outreach to it first, with the reason."


class TooFewProspects(Refusal):
    """The member chooses 3 to 5 cities, and only {count} can be chosen so far."""

    next_step = "Add more prospects, then propose the list."


class AnswerByPassed(Refusal):
    """The date to answer by, {answer_by}, has passed."""

    next_step = "Give the member a date in the future, or leave it out for 30 days."


class NothingProposed(Refusal):
    """There is no proposed list to choose from at the moment."""

    next_step = "Wait for the staff's list of prospects; they see that it is their turn."


class NotProposed(Refusal):
    """{name} is not among the cities that were proposed."""

    next_step = "Choose among the proposed cities, or ask staff to propose this one too."


class NotShown(NotProposed):
    """{name} is not among the cities that were proposed, listed or named for this search; only staff read of others."""

    status = 403
    next_step = "Read about the cities of your search, or ask staff to propose this one too."


class AlreadyTried(Refusal):
    """Outreach to {name} has ended in this search, and no city is taken up twice in one search."""

    next_step = "Choose another of the proposed cities."
    for_staff = "Add another city; outreach to this one can be taken up again where it was ended."


class WrongNumberOfCities(Refusal):
    """A shortlist has 3, 4 or 5 cities; this one has {count}."""

    next_step = "Choose 3, 4 or 5 of the proposed cities."


class CityRepeated(Refusal):
    """{name} is on this shortlist twice."""

    next_step = "Choose each city once; two records of one city count as one."


class ShortlistStands(Refusal):
    """The shortlist of {name} is settled, and outreach has begun."""

    next_step = "Ask staff to reopen the shortlist."
    for_staff = "Reopen the shortlist first, if the member wants to choose again."


class NoShortlist(Refusal):
    """There is no settled shortlist to reopen."""

    next_step = "Propose prospects, so that the member can choose."


class PairsStillOpen(Refusal):
    """{count} outreach conversations of this search are still open, so it is not exhausted."""

    next_step = "Wait for their outcome, or end them first with a reason."


class AlreadyExhausted(Refusal):
    """This search is marked as exhausted already."""

    next_step = "Propose new prospects, or close the search together with the member."


class NotOnTheMap(Refusal):
    """That city is not on the map of cities that look for a partner, or not any more."""

    next_step = "Choose a city that is on the map today."


class TalksWithAnother(Refusal):
    """{name} is in conversation with another U.S. city at the moment."""

    next_step = "Choose another listed city; this one comes back if the conversation ends."


class AlreadyInOutreach(Refusal):
    """Outreach to {name} is under way in your search already."""

    next_step = "See its progress in your search."


class BarredByRule(Refusal):
    """{name} cannot become a partner as the rules stand: {sentence} ({title}{citation})"""

    next_step = (
        "Choose another city. If you think that the rule is wrong or out of date, write to staff, and ask your city"
        " attorney: what is said here is not legal advice."
    )
    for_staff = (
        "Take another city, and this one off the list if it is there. If the rule is wrong or out of date, change or"
        " retire it; whether it binds is for the city attorney to say: what is said here is not legal advice."
    )


class RuleRetired(Refusal):
    """{title} is retired from {retired_on} on, so no file changes it."""

    next_step = "Change this one rule on its own if it is to bind again."


class RuleBuiltIn(Refusal):
    """The rule {slug} belongs to the programme itself and is always in force."""

    next_step = "Leave it out of the file, or adopt a rule under another slug."


class SlugRepeated(Refusal):
    """The rule {slug} stands here twice."""

    next_step = "Leave one of the two."


class SlugStays(Refusal):
    """A rule keeps its slug, {slug}."""

    next_step = "Retire it and adopt another one."


class UnknownState(Refusal):
    """There is no U.S. state with the code {state}."""

    next_step = "Use the postal code, e.g. TX."


class UnknownCountry(Refusal):
    """{country} is no country abroad."""

    next_step = "Use the ISO code of two letters, e.g. CN; the United Kingdom is GB."


class NobodyBound(Refusal):
    """{title} does not say which {whom} it binds, so it would bind every member."""

    next_step = "Name the states of a law by their postal codes, the communities of a policy by their GeoNames numbers."


class BoundAbroad(Refusal):
    """{name} is not in the United States, so it is no member that a rule could bind."""

    next_step = "Name U.S. communities as those that it binds; a country that it is about stands in countries."


class NoCitation(Refusal):
    """{title} has no citation, so nobody could look up what it says."""

    next_step = "Give the section of the law, or the number and date of the council's decision."


class NoCountries(Refusal):
    """{title} is about countries, and names none."""

    next_step = "Name at least one country by its ISO code."


class CountriesNotMeant(Refusal):
    """{title} names countries, but it is not about countries."""

    next_step = 'Leave the countries out, or set what it bars to "countries".'


class EndsBeforeItBegins(Refusal):
    """{title} would end before it begins."""

    next_step = "Correct one of the two dates."


class OnlyCountriesPreferred(Refusal):
    """{title} prefers something that is no country."""

    next_step = "A preference can be for countries alone; else choose block or warn."


class UnknownFactor(Refusal):
    """The score has no factor {name}."""

    next_step = "Take the names of the published weights."


class WeightOutOfRange(Refusal):
    """The weight {weight} of {name} is not between 0 and {most}."""

    next_step = "Choose a number in between; 0 leaves the factor out, and only proportions count."


class NoWeightLeft(Refusal):
    """With these weights nothing that is known of every city would count, so nothing could be ranked."""

    next_step = "Leave at least one of role, geography, travel and affinity above 0."


class NothingAdjusted(Refusal):
    """The weights of this search are the published ones already."""

    next_step = "Leave them, or change one of them."


class AlreadyExcluded(Refusal):
    """{name} is excluded from this search's ranking already."""

    next_step = "Readmit it first, or add a note."


class IsExcluded(Refusal):
    """{name} is excluded from this search's ranking, so it cannot be a prospect."""

    next_step = "Readmit it first, with the reason; then add it."


class StillAProspect(Refusal):
    """{name} is on the list of prospects of this search, so it cannot be excluded at the same time."""

    next_step = "Take it off the list of prospects first, with the reason; then exclude it."


class StillNamed(Refusal):
    """{name} is among the cities that the member has in mind, so it cannot be excluded from the ranking."""

    next_step = "Talk with the member; once it no longer names the city, exclude it."


class NotExcluded(Refusal):
    """City number {geoname_id} is not excluded from this search's ranking."""

    next_step = "Look at the list of excluded cities."
