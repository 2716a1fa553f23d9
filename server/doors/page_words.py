"""The words of the pages that the server renders, in both languages; the tone is the design's: short, the next step."""

from collections.abc import Mapping
from typing import Final

from protocol.people import Language

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "log_in": "Log in",
        "email": "E-mail",
        "password": "Password",
        "new_password": "New password",
        "password_hint": "At least 10 characters",
        "forgot": "Forgotten your password?",
        "forgot_title": "New password",
        "forgot_text": "We send a link to your e-mail address. It works for an hour.",
        "send_link": "Send the link",
        "link_sent": "If somebody here has this address, a link is on its way to it.",
        "back": "Back to log in",
        "nowhere_title": "There is no page here",
        "nowhere_text": "The address may be mistyped, or old.",
        "nowhere_on": "To the start page",
        "reset_title": "Choose a new password",
        "save": "Save",
        "reset_done": "The new password is saved. Log in with it.",
        "invitation_title": "Welcome, {name}",
        "invitation_text": "{firm} invites you to its chats. Choose a password to begin.",
        "invitation_account": "For {account}",
        "begin": "Begin",
        "opening": "Opening the link …",
        "no_script": "Turn on JavaScript in your browser to open this link.",
        "secret_gone": "This link has been used or replaced, or is too old.",
        "ask_again": "Ask the firm for a new invitation, or for a new password below.",
        "wrong_login": "The address or the password is wrong.",
        "choose_firm": "Several firms know this address. Say which one, and enter the password again.",
        "firm": "Firm",
        "rate_limited": "Too many attempts. Try again in {minutes} min.",
        "unavailable": "Not possible at the moment. Try again soon.",
        "invalid": "Check what you entered.",
        "forbidden": "This page was opened from somewhere else. Open it again and try once more.",
    },
    "sv": {
        "log_in": "Logga in",
        "email": "E-post",
        "password": "Lösenord",
        "new_password": "Nytt lösenord",
        "password_hint": "Minst 10 tecken",
        "forgot": "Glömt lösenordet?",
        "forgot_title": "Nytt lösenord",
        "forgot_text": "Vi skickar en länk till din e-postadress. Den gäller i en timme.",
        "send_link": "Skicka länken",
        "link_sent": "Om någon här har den adressen är en länk på väg dit.",
        "back": "Till inloggningen",
        "nowhere_title": "Här finns ingen sida",
        "nowhere_text": "Adressen kan vara felskriven eller gammal.",
        "nowhere_on": "Till startsidan",
        "reset_title": "Välj ett nytt lösenord",
        "save": "Spara",
        "reset_done": "Det nya lösenordet är sparat. Logga in med det.",
        "invitation_title": "Välkommen, {name}",
        "invitation_text": "{firm} bjuder in dig till sina chattar. Välj ett lösenord för att börja.",
        "invitation_account": "För {account}",
        "begin": "Börja",
        "opening": "Öppnar länken …",
        "no_script": "Slå på JavaScript i webbläsaren för att öppna länken.",
        "secret_gone": "Länken är använd, ersatt eller för gammal.",
        "ask_again": "Be byrån om en ny inbjudan, eller be om ett nytt lösenord här nedanför.",
        "wrong_login": "Adressen eller lösenordet är fel.",
        "choose_firm": "Flera byråer känner till adressen. Välj en och skriv lösenordet igen.",
        "firm": "Byrå",
        "rate_limited": "För många försök. Försök igen om {minutes} min.",
        "unavailable": "Det går inte just nu. Försök igen om en stund.",
        "invalid": "Kontrollera det du skrev.",
        "forbidden": "Sidan öppnades från ett annat ställe. Öppna den igen och försök en gång till.",
    },
}


def language_of(accept_language: str) -> Language:
    """The language that a browser asks for: the first of ours in its list, else English."""
    for part in accept_language.split(","):
        wanted = part.partition(";")[0].strip().lower().partition("-")[0]
        if wanted in ("sv", "en"):
            return "sv" if wanted == "sv" else "en"
    return "en"
