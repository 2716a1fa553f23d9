"""Messages that become letters, and the letters that came."""

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.threads import Thread
from scheduler.mail import outbox as mail
from server.core.context import Means
from tests.scheduler.conftest import DELAY_S
from tests.scheduler.sink import Sink, body
from tests.world import Person, World


async def says(world: World, person: Person, thread: Thread, text: str, *, internal: bool = False) -> None:
    command = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph(text), internal=internal)
    await world.do(person, command)
    await world.settled()


async def delivery(world: World, means: Means, *, after_s: float = DELAY_S) -> None:
    """Let time pass, and the scheduler send what is due then."""
    await world.settled()
    world.clock.advance(s=after_s)
    await mail.send_due(means, world.clock.now())


def to(sink: Sink, person: Person) -> list[str]:
    return [body(mail, "plain") for mail in sink.mails if person.email in str(mail["To"])]
