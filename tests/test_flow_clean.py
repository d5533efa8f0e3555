"""What looks like leakage and is none, as small scripts."""

from __future__ import annotations

import pytest

from tests.flow_scripts import SPLIT_AND_SCORE, flow

CLEAN = {
    "poly": "X = PolynomialFeatures(2).fit_transform(X)" + SPLIT_AND_SCORE,
    "smote after": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_train, y_train = SMOTE().fit_resample(X_train, y_train)
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "resample minority, after the split": """
        train, test = train_test_split(df)
        majority = train[train.y == 0]
        minority = train[train.y == 1]
        up = resample(minority, replace=True, n_samples=len(majority))
        train = pd.concat([majority, up])
        m = LogisticRegression().fit(train.drop("y", axis=1), train.y)
        m.score(test.drop("y", axis=1), test.y)
        """,
    "column transformer with encoders only": """
        ct = ColumnTransformer([('o', OneHotEncoder(), ['b'])], remainder='passthrough')
        X = ct.fit_transform(X)
        """
    + SPLIT_AND_SCORE,
    "pipeline with model, cross validated": """
        print(cross_val_score(Pipeline([('s', StandardScaler()), ('m', LogisticRegression())]), X, y))
        """,
    "pipeline with model": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        pipe = Pipeline([('s', StandardScaler()), ('p', PCA(2)), ('m', LogisticRegression())])
        pipe.fit(X_train, y_train)
        print(pipe.score(X_test, y_test))
        """,
    "grid search with pipeline": """
        g = GridSearchCV(make_pipeline(MinMaxScaler(), LogisticRegression()), {}, cv=5).fit(X, y)
        print(g.best_score_)
        """,
    "slices apart": """
        X_train, X_test = X[:800], X[800:]
        y_train, y_test = y[:800], y[800:]
        s = StandardScaler().fit(X_train)
        m = LogisticRegression().fit(s.transform(X_train), y_train)
        m.score(s.transform(X_test), y_test)
        """,
    "random mask clean": """
        msk = np.random.rand(len(df)) < 0.8
        train, test = df[msk], df[~msk]
        m = LogisticRegression().fit(train[['a']], train.y)
        m.score(test[['a']], test.y)
        """,
    "same seed": """
        X_train, X_test = train_test_split(X, random_state=1)
        y_train, y_test = train_test_split(y, random_state=1)
        m = LogisticRegression().fit(X_train, y_train)
        print(m.score(X_test, y_test))
        """,
    "fill const": """
        df = df.fillna(0)
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "models in a dict": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        models = {'lr': LogisticRegression(), 'rf': RandomForestClassifier()}
        for name in models:
            models[name].fit(X_train, y_train)
            print(name, models[name].score(X_test, y_test))
        """,
    "label encoder": "y = LabelEncoder().fit_transform(y)" + SPLIT_AND_SCORE,
    "train test files": """
        test = pd.read_csv('test.csv')
        s = StandardScaler().fit(df[['a']])
        m = LogisticRegression().fit(s.transform(df[['a']]), df.y)
        m.score(s.transform(test[['a']]), test.y)
        """,
    "validation split": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_train, X_val, y_train, y_val = train_test_split(X_train, y_train)
        s = StandardScaler().fit(X_train)
        m = LogisticRegression().fit(s.transform(X_train), y_train)
        m.score(s.transform(X_val), y_val)
        m.score(s.transform(X_test), y_test)
        """,
    "isolation": "from sklearn.ensemble import IsolationForest" + SPLIT_AND_SCORE,
    "cut with edges": """
        df['b'] = pd.cut(df.a, [0, 10, 20], labels=False)
        X, y = df[['b']], df.y
        """
    + SPLIT_AND_SCORE,
    "unused leak": """
        Z = StandardScaler().fit_transform(X)
        print(Z.shape)
        """
    + SPLIT_AND_SCORE,
    "overwritten": """
        X = StandardScaler().fit_transform(X)
        X = df.drop('y', axis=1)
        """
    + SPLIT_AND_SCORE,
    "fit on train only, in a function": """
        def fit_scaler(a):
            s = StandardScaler()
            s.fit(a)
            return s
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        s = fit_scaler(X_train)
        m = LogisticRegression().fit(s.transform(X_train), y_train)
        m.score(s.transform(X_test), y_test)
        """,
    "prepare(frame, scaler=None)": """
        def prepare(f, s=None):
            if s is None:
                s = StandardScaler()
                out = s.fit_transform(f)
            else:
                out = s.transform(f)
            return out, s
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        a, s = prepare(X_train)
        b, _ = prepare(X_test, s)
        m = LogisticRegression().fit(a, y_train)
        m.score(b, y_test)
        """,
    "prepare(frame, train=True)": """
        s = StandardScaler()
        def prepare(f, train):
            if train:
                return s.fit_transform(f)
            return s.transform(f)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        a = prepare(X_train, True)
        b = prepare(X_test, False)
        m = LogisticRegression().fit(a, y_train)
        m.score(b, y_test)
        """,
    "log": """
        df['a'] = np.log1p(df['a'])
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "shift": """
        df['a1'] = df['a'].shift(1)
        df['r'] = df.a.rolling(3).mean()
        X, y = df[['a1', 'r']], df.y
        """
    + SPLIT_AND_SCORE,
    "permutation": """
        idx = np.random.permutation(len(X))
        n = int(.8 * len(X))
        tr, te = idx[:n], idx[n:]
        m = LogisticRegression().fit(X.iloc[tr], y.iloc[tr])
        m.score(X.iloc[te], y.iloc[te])
        """,
    "days since the first day": """
        df["days"] = (df["date"] - df["date"].min()).dt.days
        X_train, X_test, y_train, y_test = train_test_split(df[["days"]], df.y)
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "a power that is written down": """
        X["a"] = stats.yeojohnson(X["a"], lmbda=-12.5)
        """
    + SPLIT_AND_SCORE,
    "random positions": """
        chosen = np.random.choice(len(X), len(X), replace=False)
        n = int(.8 * len(X))
        m = LogisticRegression().fit(X.iloc[chosen[:n]], y.iloc[chosen[:n]])
        m.score(X.iloc[chosen[n:]], y.iloc[chosen[n:]])
        """,
    "stacked": """
        from sklearn.ensemble import VotingClassifier
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        v = VotingClassifier([('a', LogisticRegression()), ('b', RandomForestClassifier())])
        v.fit(X_train, y_train)
        v.score(X_test, y_test)
        """,
    "keras validation": """
        from keras.models import Sequential
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        m = Sequential()
        m.fit(X_train, y_train, validation_split=0.1)
        m.evaluate(X_test, y_test)
        """,
}


@pytest.mark.parametrize("code", CLEAN.values(), ids=CLEAN)
def test_nothing_is_learned_from_the_evaluation_rows(code: str) -> None:
    found = flow(code).pairs
    assert found
    assert not any(pair.leaking or pair.refitting or pair.overlap for pair in found)
