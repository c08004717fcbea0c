"""What stands where on the chat page. Wires components to `ChatPage`; holds no words and decides nothing."""

from __future__ import annotations

from typing import Any

import gradio as gr
from markupsafe import Markup

from companion.core.message import Style
from companion.pages.chat import MOST_CHOICES, ChatPage


def build_chat(page: ChatPage) -> gr.Blocks:
    """Return the page as Gradio Blocks, ready to be mounted."""
    word = page.render.word
    with gr.Blocks(title=word("tab"), analytics_enabled=False) as blocks:
        talk_id = gr.State(None, delete_callback=page.talks.wipe)
        with gr.Row(elem_id="top"):
            gr.Markdown(str(Markup('<h1 class="name">{}</h1>').format(word("name"))), elem_id="name", **_BARE)
            person = gr.Button(word("person"), elem_id="person", size="sm")
            leave = Markup('<button type="button" id="leave" data-leave>{}</button>').format(word("leave"))
            gr.Markdown(str(leave), elem_id="leave-holder", **_BARE)
            status = gr.Markdown(page.status(), elem_id="status", **_BARE)
            care = gr.Markdown("", elem_id="care", **_BARE)
        with gr.Column(elem_id="notice") as notice:
            notice_lines, region, start = _notice(page)
        with gr.Column(elem_id="talk", visible=False) as talk:
            past = gr.Markdown("", elem_id="past", **_BARE)
            now = gr.Markdown("", elem_id="now", **_BARE)
            openings, opening_buttons = _openings(page)
            choices = _choices()
            box, send, stop = _box(page)
            style, over = _company(page)
        gr.Markdown('<div id="announce" role="status" aria-live="polite"></div>', elem_id="announce-holder", **_BARE)
        timer = gr.Timer(1.5, active=True)

        shown = [past, now, care, box, send, stop, openings, *choices]
        asked = {"inputs": [box, talk_id], "outputs": shown, "concurrency_id": "talk", "concurrency_limit": 8, **_QUIET}
        blocks.load(page.arrive, None, [talk_id, region, notice_lines, status], **_QUIET)
        blocks.unload(page.depart)
        timer.tick(page.wake, None, [status, timer], **_QUIET)
        region.change(page.choose_region, [talk_id, region], [notice_lines], **_QUIET)
        style.change(page.choose_style, [talk_id, style], None, **_QUIET)
        start.click(page.begin, [talk_id, region], [notice, talk], **_QUIET)
        running = [send.click(page.send, **asked), box.submit(page.send, **asked)]
        touched = [*choices, *opening_buttons]
        running += [button.click(page.send, **{**asked, "inputs": [button, talk_id]}) for button in touched]
        running.append(
            person.click(page.begin, [talk_id, region], [notice, talk], **_QUIET).then(page.person, **{**asked, "inputs": [talk_id]})
        )
        stop.click(page.stop, [talk_id], shown, cancels=running, **_QUIET)
        over.click(page.over, [talk_id], [talk_id, *shown], cancels=running, **_QUIET)
    return blocks


_BARE: dict[str, Any] = {"sanitize_html": False, "latex_delimiters": [], "container": False}
"""Our own HTML, escaped in `render`. Markdown and not gr.HTML: the latter evaluates templates, which the content policy forbids."""
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def _notice(page: ChatPage) -> tuple[gr.Markdown, gr.Dropdown, gr.Button]:
    word = page.render.word
    sentences = Markup("").join(Markup("<p>{}</p>").format(line) for line in word("notice").split("\n"))
    more = Markup("").join(Markup("<p>{}</p>").format(line) for line in word("notice_more").split("\n"))
    more += Markup('<p><a href="/safety" target="_blank" rel="noopener">{}</a></p>').format(word("safety"))
    gr.Markdown(str(Markup("<h2>{}</h2>{}").format(word("notice_title"), sentences)), elem_id="notice-words", **_BARE)
    notice_lines = gr.Markdown(page.first_lines(page.settings.region), elem_id="notice-lines", **_BARE)
    places = [(name, code) for code, name in sorted(page.regions.items(), key=lambda entry: entry[1])]
    region = gr.Dropdown(
        [*places, (word("worldwide"), "001")],
        value=page.settings.region,
        label=word("region"),
        elem_id="region",
        interactive=True,
    )
    start = gr.Button(word("start"), variant="primary", elem_id="start")
    gr.Markdown(
        str(Markup("<details><summary>{}</summary>{}</details>").format(word("more"), more)),
        elem_id="notice-more",
        **_BARE,
    )
    return notice_lines, region, start


def _openings(page: ChatPage) -> tuple[gr.Column, list[gr.Button]]:
    with gr.Column(elem_id="openings") as openings:
        gr.Markdown(str(Markup('<p class="soft">{}</p>').format(page.render.word("empty"))), **_BARE)
        with gr.Row(elem_classes="touch"):
            texts = page.companion.kit.words.variants("page.openings")
            buttons = [gr.Button(text, size="sm") for text in texts]
    return openings, buttons


def _choices() -> list[gr.Button]:
    with gr.Row(elem_id="choices", elem_classes="touch"):
        return [gr.Button("", visible=False, size="sm", elem_id=f"choice-{at}") for at in range(MOST_CHOICES)]


def _box(page: ChatPage) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    word = page.render.word
    with gr.Row(elem_id="write"):
        box = gr.Textbox(
            label=word("box"), placeholder=word("box_hint"), lines=1, max_lines=8, elem_id="box", scale=5,
            html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=True),
        )  # fmt: skip
        send = gr.Button(word("send"), variant="primary", elem_id="send", scale=1, min_width=88)
        stop = gr.Button(word("stop"), visible=False, elem_id="stop", scale=1, min_width=88)
    return box, send, stop


def _company(page: ChatPage) -> tuple[gr.Radio, gr.Button]:
    word = page.render.word
    with gr.Row(elem_id="company"):
        choices = [(word(f"style_{style}"), style.value) for style in Style]
        style = gr.Radio(choices, value=Style.STORIES.value, label=word("style"), elem_id="style", interactive=True)
        over = gr.Button(word("over"), size="sm", elem_id="over", scale=0, min_width=120)
    return style, over
