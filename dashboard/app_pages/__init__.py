"""One thin script a page; Streamlit runs them, nothing imports them."""
