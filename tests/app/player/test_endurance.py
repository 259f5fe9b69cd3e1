"""The page's own sound where it is hard to make: on slow devices."""

from __future__ import annotations

from support.visits import MIXER, Visit

PATIENCE = 150_000  # ms: the machine that runs the tests may be busy, too
# Whether so many seconds of music were played without a gap. They are counted by the mixer, and
# anew after each gap: a machine that keeps up has as many at some time.
IS_STEADY = """seconds => {
    const { mixer } = document.querySelector('.mg-player');
    const { gaps, position, playing, sound } = mixer;
    const { since } = window;
    const goesOn = since && since.gaps === gaps && since.position <= position;
    if (!goesOn || !playing || !sound?.score) window.since = { gaps, position };
    return position - window.since.position > seconds * 44100;
}"""
# FluidSynth takes four times as long.
SLOW = """
const { render } = Playback.prototype;
Playback.prototype.render = function (...blocks) {
    const start = performance.now();
    const sound = render.apply(this, blocks);
    const end = performance.now() + 3 * (performance.now() - start);
    while (performance.now() < end);
    return sound;
};
"""


def play_example(page: Visit) -> None:
    page.player.get_by_role("button", name="Draw a piece").click()
    page.wait(f"{MIXER}.playing")
    page.button("Repeat the piece").click()


def play_steadily(page: Visit, seconds: float) -> None:
    page.page.evaluate("window.since = null")
    page.page.wait_for_function(IS_STEADY, arg=seconds, timeout=PATIENCE)


def test_a_phone_with_a_quarter_of_the_speed_plays_without_gaps(visit) -> None:
    def slow_down(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + SLOW)

    page = visit()
    page.page.route("**/synth/playback.js", slow_down)
    # The browser slows the page alone down, and not its workers.
    session = page.page.context.new_cdp_session(page.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.page.reload()
    page.page.wait_for_selector(".mg-panel .head")
    play_example(page)
    play_steadily(page, 8)
