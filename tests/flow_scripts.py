"""What small scripts about leakage have in common: the imports, a data set, a split and a score."""

from __future__ import annotations

from textwrap import dedent

from ml_readiness.facts.flow.project import Flow
from tests.auditing import facts_of

READ = """
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, StratifiedShuffleSplit
from sklearn.model_selection import cross_val_score, cross_validate, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline, FeatureUnion
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import StandardScaler, MinMaxScaler, OneHotEncoder, LabelEncoder, PolynomialFeatures
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer, TfidfTransformer
from sklearn.feature_selection import SelectKBest, SelectPercentile, chi2, RFE, SelectFromModel
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score, f1_score
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.utils import resample
df = pd.read_csv("data.csv")
X, y = df.drop("y", axis=1), df["y"]
"""
SPLIT_AND_SCORE = """
X_train, X_test, y_train, y_test = train_test_split(X, y)
model = LogisticRegression()
model.fit(X_train, y_train)
print(accuracy_score(y_test, model.predict(X_test)))
"""


def flow(code: str) -> Flow:
    """The script followed, after the imports."""
    head, split, tail = code.partition(SPLIT_AND_SCORE)
    return facts_of({"train.py": READ + dedent(head) + split + tail}).get(Flow)


def overlaps(code: str) -> set[str]:
    """How training and evaluation rows meet."""
    found = flow(code).pairs
    assert found, "no evaluation of a trained model was found"
    return {pair.overlap for pair in found}
