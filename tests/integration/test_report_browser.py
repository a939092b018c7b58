"""The page in a real browser: silent, offline, narrow, sortable, printable."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from oirisk.schemas.report.briefing import Report
from oirisk.templates.render import render_report

CASES = Path(__file__).parents[1] / "golden" / "report"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not (BROWSER and DRIVER), reason="chromium and chromedriver are not installed"
    ),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reports")
    found = {}
    for name in ("rich", "degraded", "hostile"):
        report = Report.model_validate_json((CASES / f"{name}.json").read_text(encoding="utf-8"))
        made = render_report(report)
        for kind, text in (("index", made.index_html), ("email", made.email_html)):
            path = folder / f"{name}-{kind}.html"
            path.write_text(text, encoding="utf-8")
            found[f"{name}-{kind}"] = path.as_uri()
    return found


def show(browser: webdriver.Chrome, address: str, width: int = 1280) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.get(address)


def prefer(browser: webdriver.Chrome, scheme: str, media: str = "screen") -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


@pytest.mark.parametrize("name", ["rich-index", "degraded-index", "hostile-index"])
def test_the_page_is_silent_and_asks_for_nothing(
    browser: webdriver.Chrome, pages: dict[str, str], name: str
) -> None:
    browser.get_log("browser")
    show(browser, pages[name])
    assert browser.get_log("browser") == []
    fetched = browser.execute_script("return performance.getEntriesByType('resource').length")
    assert fetched == 0


@pytest.mark.parametrize("name", ["rich-index", "degraded-index", "hostile-index"])
@pytest.mark.parametrize("width", [320, 360, 430, 768, 1280])
def test_the_page_never_scrolls_sideways(
    browser: webdriver.Chrome, pages: dict[str, str], name: str, width: int
) -> None:
    show(browser, pages[name], width)
    root = browser.find_element(By.TAG_NAME, "html")
    assert root.get_property("scrollWidth") <= width


def column(browser: webdriver.Chrome, place: int) -> list[Any]:
    rows = browser.find_elements(By.CSS_SELECTOR, "#assets-table tbody tr")
    return [row.find_elements(By.CSS_SELECTOR, "th, td")[place].text for row in rows]


def heading(browser: webdriver.Chrome, place: int) -> WebElement:
    return browser.find_elements(By.CSS_SELECTOR, "#assets-table thead th")[place]


def test_a_table_sorts_by_number_with_the_mouse_and_by_name_with_the_keyboard(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["rich-index"])
    before = column(browser, 0)
    flow = heading(browser, 5)
    flow.find_element(By.TAG_NAME, "button").click()
    assert flow.get_attribute("aria-sort") == "descending"
    # The largest and the smallest flow of the fixture: BTC12 with +1.36bn, BTC24 with -513m.
    assert (column(browser, 0)[0], column(browser, 0)[-1]) == ("BTC12", "BTC24")
    name = heading(browser, 0).find_element(By.TAG_NAME, "button")
    name.send_keys(Keys.ENTER)
    assert flow.get_attribute("aria-sort") is None
    assert column(browser, 0) == sorted(before)


def test_a_missing_number_sorts_last_both_ways(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["rich-index"])
    button = heading(browser, 4).find_element(By.TAG_NAME, "button")
    for _ in range(2):
        button.click()
        assert column(browser, 4)[-1].startswith("\u2014")


def test_one_chart_of_each_pair_is_shown(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    for width, shown, hidden in ((1280, "wide", "narrow"), (390, "narrow", "wide")):
        show(browser, pages["rich-index"], width)
        assert browser.find_element(By.CLASS_NAME, shown).is_displayed()
        assert not browser.find_element(By.CLASS_NAME, hidden).is_displayed()


def test_dark_mode_darkens_page_and_charts(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["rich-index"])
    prefer(browser, "dark")
    script = (
        "return [getComputedStyle(document.body).backgroundColor,"
        "getComputedStyle(document.querySelector('.plate svg > rect')).fill]"
    )
    assert browser.execute_script(script) == ["rgb(16, 23, 30)", "rgb(24, 34, 43)"]
    prefer(browser, "light")
    assert browser.execute_script(script) == ["rgb(245, 246, 248)", "rgb(255, 255, 255)"]


def test_paper_shows_no_navigation_and_light_colours(
    browser: webdriver.Chrome, pages: dict[str, str]
) -> None:
    show(browser, pages["rich-index"])
    prefer(browser, "dark", media="print")
    assert not browser.find_element(By.TAG_NAME, "nav").is_displayed()
    plate = browser.execute_script(
        "return getComputedStyle(document.querySelector('.plate svg > rect')).fill"
    )
    assert plate == "rgb(255, 255, 255)"
    prefer(browser, "light")


def test_foreign_markup_is_text(browser: webdriver.Chrome, pages: dict[str, str]) -> None:
    for name in ("hostile-index", "hostile-email"):
        show(browser, pages[name])
        assert "<script>alert(1)</script>" in browser.find_element(By.TAG_NAME, "body").text
        scripts = browser.find_elements(By.TAG_NAME, "script")
        assert len(scripts) == (1 if name.endswith("index") else 0)
