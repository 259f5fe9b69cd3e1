"""The page in a real browser: a first visit, draws, what goes wrong, and everyone's access."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from support.visits import Visit, open_visits, serious_findings

# What the player shows as it changes: its state, and how many notes are in the picture.
WATCH = """() => {
    const player = document.querySelector('.mg-player');
    let state = player.dataset.state;
    window.seen = [];
    const see = () => {
        if (player.dataset.state === state) return;
        state = player.dataset.state;
        window.seen.push([state, Number(player.dataset.notes)]);
    };
    new MutationObserver(see).observe(player, { attributeFilter: ['data-state'] });
}"""
# What the page asks its synthesizer for, and what it gets.
REQUESTS = """
    window.requests = [];
    window.segments = 0;
    window.Worker = class extends Worker {
        constructor(...all) {
            super(...all);
            this.addEventListener('message', ({ data }) => {
                if (data.kind === 'segment') window.segments += 1;
            });
        }
        postMessage(request, ...more) {
            window.requests.push(request.kind);
            super.postMessage(request, ...more);
        }
    };
"""
# What can be operated: a field and its label, or a slider and its number, count once each.
CONTROLS = """() => [...document.querySelectorAll(
    'button, a[href], input, select, textarea, [role=tab], [role=switch]'
)].filter(one => {
    const { width, height } = one.getBoundingClientRect();
    return one.checkVisibility({ visibilityProperty: true }) && width > 1 && height > 1;
}).map(one => (one.ariaLabel || one.textContent || one.type || '').trim())"""
TABS = ("Random", "Interpolate", "Remix", "Explore")
WIDTHS = (390, 1280)


def test_page_answers_before_the_model_is_there(server) -> None:
    assert server.first_status == "loading"


# A first visit


def test_first_visit_invites_one_click(visit) -> None:
    page = visit()
    assert page.data("state") == "empty"
    page.page.evaluate(WATCH)
    with page.new_piece():
        page.player.get_by_role("button", name="Draw a piece").click()
    page.wait("Number(document.querySelector('.mg-player').dataset.step) > 2")
    assert page.button("Pause").is_visible()
    seen = page.page.evaluate("window.seen")
    assert seen[-1][0] == "ready"
    assert seen[0][1] > 0  # the picture does not come after the sound
    assert page.text("title") in ("Morning", "Seed 113")


def test_the_first_example_plays_before_gradio_has_built_the_page(visit) -> None:
    page = visit()
    held, is_built = [], False

    def hold_gradio(route) -> None:
        is_ours = any(folder in route.request.url for folder in ("/modules/", "/vendor/"))
        route.continue_() if is_ours or is_built else held.append(route)

    page.page.route("**/*.js", hold_gradio)
    page.page.reload(wait_until="commit")
    page.page.locator(".mg-first").click()
    plays = """async () => {
        const { src } = [...document.scripts].find(({ src }) => src.includes("page_player"));
        const { mixer } = await import(src);
        return mixer.playing && mixer.position > 4410;
    }"""
    page.wait(plays)
    assert not page.player.count()
    is_built = True
    for route in held:
        route.continue_()
    page.page.wait_for_selector(".mg-panel .head")
    page.wait(plays)
    page.wait("Number(document.querySelector('.mg-player').dataset.step) > 2")
    drawn = page.player.locator(".mg-roll").get_attribute("data-drawn")
    assert int(page.data("notes")) == int(drawn) > 0
    assert page.text("title") == "Morning"
    assert not page.page.locator(".mg-first").count()
    # The server has heard of it: the controls are those of the example.
    page.wait("!document.querySelector('.mg-player').dataset.busy")
    assert page.page.locator(".mg-invite:visible").count() == 0


def test_the_first_example_is_rendered_before_the_click(visit) -> None:
    page = visit()
    page.page.add_init_script(REQUESTS)
    page.page.reload()
    page.wait("window.segments === 10")
    with page.new_piece():
        page.player.get_by_role("button", name="Draw a piece").click()
    page.wait("document.querySelector('.mg-player').mixer.position > 44100")
    assert page.page.evaluate("window.requests").count("load") == 1


def test_a_link_has_no_button_and_no_sound_of_another_piece(visit) -> None:
    page = visit("?seed=3&bars=4")
    page.page.add_init_script(REQUESTS)
    page.page.route("**/assets/**.js", lambda route: None)
    page.page.reload(wait_until="commit")
    page.wait("document.body && document.readyState !== 'loading'")
    page.wait("window.requests.includes('prepare')")
    assert not page.page.locator(".mg-first").count()
    assert "load" not in page.page.evaluate("window.requests")


# Before what needs a piece came with it, there were 32.
@pytest.mark.parametrize(("width", "most"), [(1280, 28), (390, 28)])
def test_few_controls_are_visible_at_first(visit, width, most) -> None:
    controls = visit(width=width).page.evaluate(CONTROLS)
    assert "Draw a piece" in controls
    assert len(controls) <= most, controls
    # These are for researchers, or for a piece that is there.
    for name in ("Temperature", "Latents", "Loop phrase", "Zoom in", "WAV", "Undo"):
        assert not any(name in control for control in controls), controls


def test_one_line_and_one_click(visit) -> None:
    invitation = visit().player.locator(".mg-empty")
    assert invitation.locator("p").count() == 1
    assert invitation.get_by_role("button").count() == 1


def test_examples_are_there_to_begin_with(visit) -> None:
    page = visit()
    examples = page.page.locator(".mg-example")
    assert examples.count() >= 4
    titles = set()
    for example in examples.all():
        with page.new_piece(heard=False):
            example.click()
        titles.add(page.text("title"))
        assert int(page.data("notes")) > 0
    assert len(titles) == examples.count()


# Random


def test_random_is_seen_and_heard(page) -> None:
    page.set_slider("Length in bars", "4")
    page.press("draw")
    drawn = page.player.locator(".mg-roll").get_attribute("data-drawn")
    assert int(page.data("notes")) == int(drawn) > 0
    assert "4 bars" in page.text("details")
    # 4 bars at 96 beats a minute last 10 s; the last notes may ring 4 s more.
    assert 10 <= page.mixer("length") / 44100 <= 14.1
    page.wait("Number(document.querySelector('.mg-player').dataset.step) > 2")
    assert page.button("Pause").is_visible()


def test_a_new_seed_is_shown_and_can_be_locked(page) -> None:
    page.tab("Random")
    page.page.get_by_role("checkbox", name="Lock").locator("visible=true").uncheck()
    page.set_slider("Length in bars", "4")
    seed, draw = page.field("Seed"), page.page.locator("#draw")
    with page.new_piece(heard=False):
        draw.click()
    first = seed.input_value()
    assert page.text("title") == f"Seed {first}"
    with page.new_piece(heard=False):
        draw.click()
    assert seed.input_value() != first
    page.draw(7, bars=4)
    piece = page.piece()
    with page.new_piece(heard=False):
        draw.click()
    assert (seed.input_value(), page.text("title")) == ("7", "Seed 7")
    assert page.piece() == piece


def test_length_form_and_temperature_are_used(page) -> None:
    page.tab("Random")
    page.pick("Form", "AABA")
    researchers = page.page.get_by_role("button", name="For researchers").first
    researchers.click()
    page.set_slider("Temperature", "0.5")
    researchers.click()
    page.draw(5, bars=8)
    assert page.page.evaluate("location.search").startswith(
        "?seed=5&bars=8&form=AABA&temperature=0.5"
    )
    sections = [page.phrase(i).inner_text().split("\n")[-1] for i in range(1, 5)]
    assert sections == ["A", "A", "B", "A"]


# Mistakes


@pytest.fixture(scope="module")
def empty_page(server, browser) -> Iterator[Visit]:
    """A page on which nothing was drawn."""
    with open_visits(server.url, browser, ".mg-panel .head") as open_page:
        yield open_page()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("letter.mid", b"Dear reader", "letter.mid is not a MIDI file"),
        ("song.wav", b"RIFF\x04\x00\x00\x00WAVE", "song.wav is no sound that can be read"),
    ],
)
def test_a_file_that_is_not_music_is_refused_in_one_line(
    empty_page, name, content, message
) -> None:
    page = empty_page
    page.tab("Remix")
    # Where something failed, Gradio has other buttons of this name.
    clear = page.page.locator(".mg-drop").get_by_role("button", name="Clear")
    clear = clear.locator("visible=true")
    if clear.count():
        clear.click()
    page.page.locator(".mg-drop input[type=file]").last.set_input_files(
        {"name": name, "mimeType": "audio/midi", "buffer": content}
    )
    assert "Traceback" not in page.toast(message)
    page.wait("!document.querySelector('.mg-player').dataset.busy")
    assert page.data("state") == "empty"


def test_a_morph_of_what_plays_needs_something_that_plays(empty_page) -> None:
    page = empty_page
    page.tab("Interpolate")
    page.pick("A is", "What plays now")
    page.page.get_by_text("Nothing plays yet: draw a piece first").last.wait_for()
    page.page.locator("#morph").click()
    page.page.get_by_text("Nothing was playing when this end was chosen").wait_for()
    page.wait("!document.querySelector('.mg-player').dataset.busy")


def test_a_value_out_of_its_range_is_refused_in_one_line(visit) -> None:
    page = visit("?seed=5&bars=4&form=ABBA-Z&temperature=1")
    page.wait_for_sound(None, heard=False)
    assert page.toast("This link is not quite right: ")
    page.fill(page.field("Seed"), "-3")
    page.page.locator("#draw").click()
    page.page.get_by_text("Seed is -3; it goes from 0 to").wait_for()


def test_names_in_files_are_never_markup(page, own_midi) -> None:
    page.tab("Remix")
    with page.new_piece(heard=False):
        page.page.locator(".mg-drop input[type=file]").last.set_input_files(
            {
                "name": "<img src=x> &lt;b&gt; ${1+1}.mid",
                "mimeType": "audio/midi",
                "buffer": own_midi.read_bytes(),
            }
        )
    assert page.text("title") == "img src=x &lt;b&gt; 1+1"  # Gradio itself takes <, > and $ away
    page.tab("Explore")
    page.tab("Square")
    page.page.locator(".mg-square-corner").first.click()
    page.page.get_by_role("button", name="Set to the piece now playing").click()
    page.page.locator('.mg-square-corner[title^="img"]').wait_for()
    page.tab("Interpolate")
    page.pick("A is", "What plays now")
    page.field("Kept").wait_for()
    page.button("History").click()
    for place in (".mg-player", ".mg-square", ".mg-kept"):
        assert page.page.locator(f'{place} img[src="x"]').count() == 0


# Everyone


def places(page: Visit):
    """Everything there is to see, one after the other."""
    page.draw(5, bars=4)
    page.phrase(2).click()
    page.open_sections()
    for tab in TABS:
        page.tab(tab)
        yield tab
    page.tab("Square")
    page.page.locator(".mg-square-corner").first.click()
    yield "Square"
    page.tab("Interpolate")
    page.pick("A is", "What plays now")
    page.field("Kept").wait_for()
    page.pick("B is", "A file of mine")
    page.page.get_by_text("File for B").locator("visible=true").wait_for()
    yield "Interpolate with other ends"


def test_no_place_scrolls_sideways_or_has_a_serious_finding_of_axe(visit) -> None:
    page = visit()
    findings = {}
    for place in places(page):
        for mode in ("light", "dark"):
            findings[place, mode] = serious_findings(page)
            page.page.evaluate("document.body.classList.toggle('dark')")
        for width in WIDTHS:
            page.page.set_viewport_size({"width": width, "height": 800})
            assert page.page.evaluate("document.documentElement.scrollWidth") == width, place
    assert not any(findings.values()), findings


def test_light_and_dark(visit) -> None:
    page = visit()
    body = page.page.locator("body")
    assert not re.search(r"\bdark\b", body.get_attribute("class") or "")
    page.page.get_by_role("button", name="Switch between light and dark").click()
    assert re.search(r"\bdark\b", body.get_attribute("class"))
    again = page.another_tab()
    again.wait("document.body.classList.contains('dark')")
