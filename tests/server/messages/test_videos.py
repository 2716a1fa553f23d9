"""Videos in messages, whoever sends them: what is stored, what lists and inboxes say, and what is refused."""

import pytest

from protocol.body import Body, Mention, Paragraph, Text, video_paragraph
from protocol.errors import Invalid
from protocol.ids import new_id
from protocol.inbox import NotificationList
from protocol.messages import MessageSend
from protocol.shortcodes import ShortcodeResolve
from protocol.streams import ThreadOpen
from protocol.threads import ThreadList
from protocol.videos import Video
from tests.world import World

pytestmark = pytest.mark.anyio

VIDEO = video_paragraph(Video(provider="youtube", id="dQw4w9WgXcQ", start=90))
WORDS = "Video: https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=90"


async def test_clients_and_staff_send_videos_and_lists_say_so(world: World) -> None:
    """VD-1, VD-4: alone in a message, too."""
    thread = await world.thread()
    for who in (world.anna, world.petra):
        body = Body(content=[VIDEO])
        await world.do(who, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body))
    await world.settled()
    for reader in (world.sofia, world.petra):
        opened = await world.do(reader, ThreadOpen(thread_id=thread.id))
        assert [said.event.body.content for said in opened.page.events[-2:]] == [[VIDEO], [VIDEO]]
        (row,) = (await world.do(reader, ThreadList())).threads
        assert row.last is not None
        assert row.last.text == WORDS


async def test_beside_a_mention_and_a_shortcode_a_video_stays_one(world: World) -> None:
    """Both make the body anew."""
    thread = await world.thread()
    call = Paragraph(content=[Mention(id=world.sofia.id, name="?"), Text(text=" [ACCOUNT_NAME]")])
    body = Body(content=[call, VIDEO])
    await world.do(world.anna, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=body))
    opened = await world.do(world.petra, ThreadOpen(thread_id=thread.id))
    assert opened.page.events[-1].event.body.content[1] == VIDEO
    found = await world.do(world.anna, ShortcodeResolve(account_id=world.holm.id, body=body))
    assert found.body is not None
    assert found.body.content[1] == VIDEO
    await world.settled()
    inbox = await world.do(world.sofia, NotificationList())
    assert WORDS in str(inbox)


async def test_one_video_with_the_words_of_another_is_refused_and_nothing_is_stored(world: World) -> None:
    """VD-3: by a contact, by staff, and in an internal message."""
    thread = await world.thread()
    wrong = Body(content=[Paragraph(content=[Text(text="Video: https://evil.example/")], video=VIDEO.video)])
    before = await world.do(world.anna, ThreadOpen(thread_id=thread.id))
    for who, internal in ((world.petra, False), (world.anna, False), (world.anna, True)):
        with pytest.raises(Invalid):
            await world.do(
                who, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=wrong, internal=internal)
            )
    after = await world.do(world.anna, ThreadOpen(thread_id=thread.id))
    assert (after.page, after.notes) == (before.page, before.notes)
