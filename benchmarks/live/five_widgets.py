"""A page of five widgets, which every other page is measured beside."""

import streamlit as st

st.title("Five widgets")
name = st.text_input("Name", value="spiral", key="name")
rows = st.number_input("Rows", value=500, key="rows")
kind = st.selectbox("Kind", ["binary", "multiclass", "regression"], key="kind")
scaled = st.toggle("Scaled", value=True, key="scaled")
st.button("Train", key="train")
st.markdown(f"{rows} rows of {name}, {kind}, {'scaled' if scaled else 'as they are'}")
