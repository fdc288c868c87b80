/* Where Streamlit's server is: it looks below the path of the page first unless it is told. */

const behind = document.currentScript?.dataset.behind ?? "";
Object.assign(window, { __streamlit: { BACKEND_BASE_URL: `${window.location.origin}${behind}/`, MAIN_PAGE_BASE_URL: `${window.location.origin}${behind}/` } });
