"""The colours and type of LOOK, as a Gradio theme. System fonts only: nothing is fetched."""

import gradio as gr

SANS = ("Seravek", "Gill Sans Nova", "Ubuntu", "Calibri", "DejaVu Sans", "source-sans-pro", "sans-serif")


def theme() -> gr.themes.Base:
    """Return the theme; everything else is in assets/page.css, which uses the same tokens."""
    return gr.themes.Base(
        font=list(SANS),
        font_mono=["monospace"],
        radius_size=gr.themes.sizes.radius_lg,
        text_size=gr.themes.sizes.text_lg,
    ).set(
        body_background_fill="var(--ground)",
        body_background_fill_dark="var(--ground)",
        body_text_color="var(--ink)",
        body_text_color_dark="var(--ink)",
        background_fill_primary="var(--ground)",
        background_fill_primary_dark="var(--ground)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        button_primary_background_fill="var(--accent)",
        button_primary_background_fill_dark="var(--accent)",
        button_primary_text_color="var(--accent-text)",
        button_primary_text_color_dark="var(--accent-text)",
        button_secondary_background_fill="var(--surface)",
        button_secondary_background_fill_dark="var(--surface)",
        button_secondary_text_color="var(--ink)",
        button_secondary_text_color_dark="var(--ink)",
        input_background_fill="var(--surface)",
        input_background_fill_dark="var(--surface)",
    )
