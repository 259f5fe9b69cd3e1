"""The page in a real browser: a piece is planned as blocks, its sections."""

from __future__ import annotations

from support.visits import Visit, serious_findings


def press(page: Visit, name: str) -> None:
    page.page.locator(".mg-plan").get_by_role("button", name=name, exact=True).click()


def await_form(page: Visit, form: str) -> None:
    field = page.field("Form").element_handle()
    page.wait("([field, form]) => field.value === form", [field, form])


def test_a_piece_is_planned_in_blocks(page) -> None:
    page.tab("Random")
    page.page.get_by_role("button", name="Plan its sections").click()
    for name in ("Add A", "Add Bridge", "Add Outro", "Add Intro"):
        press(page, name)
    await_form(page, "i4 A8 b8 o4")
    press(page, "Make Bridge shorter")
    press(page, "Repeat A")
    await_form(page, "i4 A8 A8 b6 o4")
    page.page.get_by_role("button", name="Move Bridge, section 4").press("ArrowUp")
    await_form(page, "i4 A8 b6 A8 o4")
    press(page, "Remove Outro")
    page.page.get_by_label("Kind of section 3").select_option("Outro")
    await_form(page, "i4 A8 o6 A8")
    grip = page.page.get_by_role("button", name="Move Outro, section 3")
    grip.drag_to(page.page.get_by_role("button", name="Move A, section 4"))
    await_form(page, "i4 A8 A8 o6")
    assert not serious_findings(page, ".mg-plan")
    with page.new_piece(heard=False):
        page.page.locator("#draw").click()
    assert "26 bars" in page.text("details")
    sections = [page.phrase(i).inner_text().split("\n")[-1] for i in (1, 3, 6, 11)]
    assert sections == ["Intro", "A", "A", "Outro"]


def test_a_plan_that_is_typed_is_shown_in_blocks(page) -> None:
    page.tab("Random")
    field = page.field("Form")
    field.fill("A4 B6")
    field.press("Enter")
    page.wait("document.querySelectorAll('.mg-plan-section').length === 2")
    assert page.page.locator(".mg-plan-total").inner_text() == "10 bars"
    assert page.page.locator("#bars[inert]").count()
    page.wait("slider => slider.value === '10'", page.slider("Length in bars").element_handle())
    page.pick("Form", "Always new")
    page.wait("document.querySelectorAll('.mg-plan-section').length === 0")
    assert not page.page.locator("#bars[inert]").count()
