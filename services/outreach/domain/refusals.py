"""How outreach says no: each docstring is the sentence that a person reads."""

from shared.refusals import Refusal


class NotYours(Refusal):
    """This belongs to the search of {name}; only its administrator and committee, and staff, may work on it."""

    status = 403
    next_step = "Sign in as your own city, or write to the programme's partnerships address."


class SearchPaused(Refusal):
    """The search of {name} is paused; nobody is written to until it goes on."""

    next_step = "Resume the search first; everything that was learned is kept."


class SearchEnded(Refusal):
    """The search of {name} has ended; nobody is written to for it any more."""

    next_step = "Close this pair, or start a new search for a new partner."


class StandingLapsed(Refusal):
    """{name} is not in good standing: its membership dues have lapsed, so the programme cannot act for it."""

    next_step = "Ask the member to renew; everything in the search is kept until then."


class ListingHasEnded(Refusal):
    """{city} is no longer listed as looking for a partner, so it is not written to."""

    next_step = "Ask the city to confirm its listing again, or close this pair."


class ShortlistIsOpen(Refusal):
    """The shortlist of {name} is being chosen again, and {city} has not been written to yet."""

    next_step = "Wait until the member has confirmed the shortlist."


class CityNotChosen(Refusal):
    """{city} is not on the shortlist of {name} at present, so it is not written to."""

    next_step = "Have the member choose the city again, or close this pair."


class NotStoppedByListing(Refusal):
    """The listing of {city} does not stop this pair."""

    next_step = "Look at the pair again; what it waits for stands there."


class PairIsOpen(Refusal):
    """Outreach to {city} for {name} has not ended."""

    next_step = "Go on with it as it stands."


class PairHasFailed(Refusal):
    """Outreach to {city} for {name} has ended without a partnership."""

    next_step = "Work on the other cities of this search."


class PairIsPartnered(Refusal):
    """{name} and {city} are partners already."""

    next_step = "Record what happens now with the partnership."


class MemberWritesNow(Refusal):
    """{city} was handed over to {name} on {handed_over_on}; from then on the member writes to it."""

    next_step = "Ask the member how it goes, and record the facts as they come."


class NoSuchThread(Refusal):
    """This pair has no such thread."""

    status = 404
    next_step = "Look the thread up in the pair."


class ContactedAlready(Refusal):
    """{city} was already written to through this contact, on {contacted_on}."""

    next_step = "Send a follow-up in that thread, or use another contact or channel."


class WrongChannel(Refusal):
    """This contact is reached through another channel: {channel}."""

    next_step = "Choose that channel, or another contact."


class NoSuchContact(Refusal):
    """There is no contact with the number {contact_id} in the registry."""

    status = 404
    next_step = "Look the contact up in the registry, or add it first."


class NobodyToWriteTo(Refusal):
    """A letter needs a contact, and this thread has none."""

    next_step = "Choose a contact of the registry, or record the contact without a letter."


class NoAddress(Refusal):
    """{contact} has no e-mail address in the registry, so no letter can be sent."""

    next_step = (
        "Add the address, or write or call yourself and record the contact without a letter."
    )


class AnotherContactNeeded(Refusal):
    """The last message in this thread could not be delivered."""

    next_step = "Give the thread another contact first."


class BouncedAlready(Refusal):
    """It is on record already that messages in this thread cannot be delivered."""

    next_step = "Give the thread another contact."


class SameContact(Refusal):
    """This thread has that contact already."""

    next_step = "Choose another contact."


class NoReply(Refusal):
    """There is no reply in this thread that could be taken back."""

    next_step = "Look the reply up in the pair; it may stand in another thread."


class FirstLetterPending(Refusal):
    """The first letter in this thread has not gone out yet."""

    next_step = (
        "Wait until it has; if something holds it up, write or call yourself, and note that."
    )


class ThreadIsAnswered(Refusal):
    """Somebody has answered in this thread, so its first contact was no mistake."""

    next_step = "If the answer stands in the wrong thread, take that back first."


class LetterWasSent(Refusal):
    """A letter of this thread went out, or may have gone out, so it cannot be taken back."""

    next_step = "Go on in this thread, or give it another contact."


class NotYetHappened(Refusal):
    """{when} is still to come; a fact is recorded once it has happened."""

    next_step = "Check the date, or come back when it has happened."


class RecordedAlready(Refusal):
    """This is on record already, with the same content."""

    next_step = "Nothing needs to be done; to correct it, record what is right."


class ContactUnknown(Refusal):
    """The appropriate contact in {city} is not known yet."""

    next_step = "Record who it is first: name, office and address."


class ContactNotProven(Refusal):
    """Nothing shows yet that the contact really speaks for {city}."""

    next_step = (
        "Record a proof with the contact: an official address, a call back, a letter of authority;"
        " a reply through an embassy, a consulate or an association is one too."
    )


class InterestUnknown(Refusal):
    """Nobody knows yet whether {city} is interested."""

    next_step = "Ask the city, and record its answer first."


class CityNotInterested(Refusal):
    """{city} has said that it is not interested now: {interest}."""

    next_step = "If it has changed its mind record that, or else close this pair."


class NoIntroduction(Refusal):
    """No introduction of {name} and {city} has been arranged yet."""

    next_step = "Arrange the direct conversation first."


class IntroductionWasHeld(Refusal):
    """{name} and {city} were introduced on {held_on}."""

    next_step = "Hand over to the member, or correct the day with the record of the introduction."


class NotIntroduced(Refusal):
    """{name} and {city} have not spoken to each other yet."""

    next_step = "Hold the introduction and record its day first."


class NotHandedOver(Refusal):
    """{city} has not been handed over to {name} yet."""

    next_step = "Record the introduction and the hand-over first."


class NoHandOver(Refusal):
    """{city} has not been handed over to {name}, so there is no hand-over to take back."""

    next_step = "Look at the pair again; what it waits for stands there."


class MemberHasActed(Refusal):
    """{name} {deed} on {day}, so the hand-over of {city} was no mistake."""

    next_step = (
        "What the member did stands in the way and stays on record: correct the day of the"
        " hand-over, or end the pair with a reason."
    )


class AgreementStands(Refusal):
    """{name} and {city} have an agreement on record, so the hand-over was no mistake."""

    next_step = "If there never was an agreement, take the partnership back first."


class BeforeTheSearch(Refusal):
    """{day} is too early: the search of {name} was requested on {requested_on}."""

    next_step = "Check the day: what happens in a search happens after its request."


class ContactTooOld(Refusal):
    """{day} is too early: the search of {name} was requested on {requested_on}, more than a year later."""

    next_step = (
        "Check the day; a contact or a reply may be older than the search by a year at most."
    )


class UsSignatureNotHighest(Refusal):
    """A partnership is signed by the highest elected or appointed official of {name}; {office} is not."""

    next_step = "Have the mayor, or whoever holds the highest office, sign."


class ForeignSignatureNotHighest(Refusal):
    """A partnership is signed by the highest elected or appointed official of {city}; {office} is not."""

    next_step = "Ask the city to have the holder of its highest office sign."


class LinkNotEndorsed(Refusal):
    """The signed documents do not clearly endorse the link between {name} and {city}."""

    next_step = "Sign a document that says so; the programme has texts for it."


class NoCouncilResolution(Refusal):
    """A sister city agreement needs a resolution of the council of {name}, and none is on record."""

    next_step = "Record the resolution first, or record the link as a friendship until then."


class SisterCityEndsSearch(Refusal):
    """A sister city agreement ends the search of {name}; it cannot leave it open."""

    status = 422
    next_step = (
        "Record it as what ends the search, or record a stepping stone such as a friendship."
    )


class YearAndDayDisagree(Refusal):
    """The partnership cannot have begun in {year}: it was signed on {signed_on}."""

    status = 422
    next_step = "Give the year and the day that belong together, or the day alone."


class EndedButActive(Refusal):
    """A partnership that goes on has no last day; {ended_on} was given."""

    status = 422
    next_step = "Leave the last day out, or say that the partnership is no longer active."


class EndedBeforeSigned(Refusal):
    """The partnership cannot have ended on {ended_on}: it was signed on {signed_on}."""

    status = 422
    next_step = "Check both days; the one of the signatures can be corrected too."


class EndedBeforeBegun(Refusal):
    """The partnership cannot have ended on {ended_on}: it began in {year}."""

    status = 422
    next_step = "Check the year and the last day."


class NoPartnership(Refusal):
    """No partnership of {name} and {city} is on record."""

    next_step = "Record the agreement with the pair, or import the partnership."


class PartnersBefore(Refusal):
    """{name} and {city} were partners before their last agreement, so their partnership cannot be taken back."""

    next_step = "Correct what is wrong in it: its kind, its day, or whether it has ended."


class AlreadyPartners(Refusal):
    """{name} and {city} are partners already."""

    next_step = "Correct the partnership that is on record, or end it first."


class PartnershipHasEnded(Refusal):
    """The partnership of {name} and {city} has ended."""

    next_step = "If they sign again, record a new agreement."


class BothInTheUnitedStates(Refusal):
    """{a} and {b} are both in the United States; a sister city is abroad."""

    status = 422
    next_step = "Check the numbers of the two places."


class NoneInTheUnitedStates(Refusal):
    """Neither {a} nor {b} is in the United States."""

    status = 422
    next_step = "Check the numbers of the two places."


class SamePlace(Refusal):
    """{a} cannot be a partner of itself."""

    status = 422
    next_step = "Check the numbers of the two places."


class NotInTheGazetteer(Refusal):
    """The gazetteer has no place with the number {geoname_id}."""

    status = 422
    next_step = "Look the place up in GeoNames and take the number from there."


class KindUnknown(Refusal):
    """We know no kind of contact called "{kind}"."""

    status = 422
    next_step = "Use the words of the sample file."


# Documents.


class SignerNotNamed(Refusal):
    """Nobody is named yet who signs for {name}, with name and office."""

    next_step = "Make the next version with the name and the office of whoever signs."


class WitnessNotNamed(Refusal):
    """No witness is named for {name}; a line is left for the name."""

    next_step = "Name the witness in the next version, or have the name written in by hand."


class NoFieldsOfCooperation(Refusal):
    """The document names no fields of cooperation."""

    next_step = "Make the next version with at least one field on which both sides agree."


class FactMissing(Refusal):
    """The document still lacks {what}; a line is left for it."""

    next_step = "Make the next version with it."


class ArticleLeftOut(Refusal):
    """The article on {article} is left out, so that nothing {what}; the programme's rules ask for it."""

    next_step = "Make the next version with the article, in the programme's words or in your own."


class ArticleInOwnWords(Refusal):
    """The article on {article} is in words of your own; see to it that it still {what}."""

    next_step = "Have the city attorney read it before it is signed."


class OwnWordsNotTranslated(Refusal):
    """The article on {article} is in words of your own, and they stand in English alone."""

    next_step = "Make the next version with the words in the other language too."


class OneLanguageAlone(Refusal):
    """The document is in English alone, so nothing says that the languages of both sides are equally valid."""

    next_step = (
        "Make the next version in the other side's language too, unless English is its language."
    )


class TranslationNotChecked(Refusal):
    """The text beside the English one is a working translation that no translator has checked."""

    next_step = "Have a translator check it, and make the next version with the translator's name."


class NoSuchArticle(Refusal):
    """There is no article {article} in this document; its articles are: {known}."""

    status = 422
    next_step = "Take the names of the articles as they are written here."


class LanguageNotOffered(Refusal):
    """There are no texts in the language {language} yet; there are: {offered}."""

    status = 422
    next_step = "Choose one of these, or write to the programme for another language."


class SignCannotBePrinted(Refusal):
    """The fonts at hand have no picture of the sign {sign} ({name}), so it would be printed as a box."""

    status = 422
    next_step = "Write it in another way, in Latin letters for instance."


class NotReadyToSign(Refusal):
    """A copy for signature is not made yet: {sentence} In all, checks not met: {count}."""

    next_step = "Read the document's checks, mend what they name, and make the next version."


class NoOriginalThere(Refusal):
    """That side holds no original of this document ({kind})."""

    status = 422
    next_step = "Choose the side that was given the signed paper."


class NoOriginalFiled(Refusal):
    """No signed original of that side is on record for this document ({kind})."""

    next_step = "Look at the document's originals again."


class ScanNotTaken(Refusal):
    """A scan is a PDF, a PNG or a JPEG picture; this file is none of these."""

    status = 422
    next_step = "Scan the signed paper to one of these kinds and send it again."


class FileTooLarge(Refusal):
    """A file has at most {megabytes} MB here, and this one has more."""

    status = 413
    next_step = "Make it smaller: scan in black and white, or leave out pictures."


class NotADocx(Refusal):
    """This file is no DOCX that can be read."""

    status = 422
    next_step = "Save it as DOCX (not DOC, PDF or ODT) and send it again."


class TextErased(Refusal):
    """The text of this document was erased at a person's request."""

    status = 410
    next_step = "Make the next version of the document."


class VerifiedSince(Refusal):
    """This contact was verified on {known}, which is later."""

    next_step = "Leave it as it is, or verify it again today."


class AssignedAlready(Refusal):
    """This pair belongs to this person already."""

    next_step = "Name somebody else, or leave it as it is."


class NotOnStaff(Refusal):
    """{staff_id} is nobody of our staff; a pair belongs to a person of staff, or to nobody yet."""

    status = 422
    next_step = "Take a person_id of `GET /api/intake/v1/staff` whose role is staff."


class StaffNotKnown(Refusal):
    """Who is on our staff cannot be looked up at the moment."""

    status = 503
    next_step = "Try again in a minute; nothing has changed."


class NoSuchCountry(Refusal):
    """There is no country with the code {country} in our gazetteer."""

    status = 404
    next_step = "Use the two letters of ISO 3166, e.g. JP."


class PlaybookSaysSo(Refusal):
    """The playbook of this country says exactly that already."""

    next_step = "Leave it as it is, or say what is different."


class BelongsToAThread(Refusal):
    """A mail about a pair belongs to one of its threads: without it the answer would count nowhere."""

    next_step = "Assign it to the thread in which it was asked for; the pair lists its threads."
