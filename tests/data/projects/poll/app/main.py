from fastapi import FastAPI

app = FastAPI()


@app.get("/votes")
def votes():
    return {"tea": 1, "coffee": 2}
