"""Every way to learn something from the evaluation rows, as small scripts."""

from __future__ import annotations

import pytest

from tests.flow_scripts import SPLIT_AND_SCORE, flow

LEAKS = {
    "count vectorizer": "X = CountVectorizer().fit_transform(df['text'])" + SPLIT_AND_SCORE,
    "tfidf chain": """
        cv = CountVectorizer()
        X = cv.fit_transform(df.text)
        tt = TfidfTransformer()
        X = tt.fit_transform(X)
        """
    + SPLIT_AND_SCORE,
    "select k best": "X = SelectKBest(chi2, k=3).fit_transform(X, y)" + SPLIT_AND_SCORE,
    "select by support": """
        sel = SelectKBest(chi2, k=3).fit(X, y)
        X = X.loc[:, sel.get_support()]
        """
    + SPLIT_AND_SCORE,
    "select by columns of support": """
        sel = SelectKBest(chi2, k=3).fit(X, y)
        cols = X.columns[sel.get_support(indices=True)]
        X = X[cols]
        """
    + SPLIT_AND_SCORE,
    "rfe": """
        rfe = RFE(LogisticRegression(), n_features_to_select=5)
        rfe = rfe.fit(X, y)
        X = rfe.transform(X)
        """
    + SPLIT_AND_SCORE,
    "select from model": """
        sfm = SelectFromModel(RandomForestClassifier())
        sfm.fit(X, y)
        X = sfm.transform(X)
        """
    + SPLIT_AND_SCORE,
    "pca": """
        pca = PCA(n_components=2)
        X = pca.fit_transform(X)
        """
    + SPLIT_AND_SCORE,
    "pca dataframe": "X = pd.DataFrame(PCA(2).fit_transform(X), columns=['a','b'])" + SPLIT_AND_SCORE,
    "smote": "X, y = SMOTE().fit_resample(X, y)" + SPLIT_AND_SCORE,
    "ros": """
        ros = RandomOverSampler()
        X, y = ros.fit_resample(X, y)
        """
    + SPLIT_AND_SCORE,
    "column transformer apart": """
        ct = ColumnTransformer([('s', StandardScaler(), ['a']), ('o', OneHotEncoder(), ['b'])])
        X = ct.fit_transform(X)
        """
    + SPLIT_AND_SCORE,
    "feature union apart": "X = FeatureUnion([('p', PCA(2)), ('k', SelectKBest(k=1))]).fit_transform(X, y)"
    + SPLIT_AND_SCORE,
    "cross validate": """
        X = StandardScaler().fit_transform(X)
        print(cross_validate(LogisticRegression(), X, y, cv=5))
        """,
    "grid search on all": """
        X = MinMaxScaler().fit_transform(X)
        g = GridSearchCV(LogisticRegression(), {}, cv=5).fit(X, y)
        print(g.best_score_)
        """,
    "stratified folds by hand": """
        X = StandardScaler().fit_transform(X)
        skf = StratifiedKFold(n_splits=5)
        for tr, te in skf.split(X, y):
            X_train, X_test = X[tr], X[te]
            y_train, y_test = y.iloc[tr], y.iloc[te]
            clf = RandomForestClassifier()
            clf.fit(X_train, y_train)
            print(f1_score(y_test, clf.predict(X_test)))
        """,
    "slices": """
        X = StandardScaler().fit_transform(X)
        X_train, X_test = X[:800], X[800:]
        y_train, y_test = y[:800], y[800:]
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "iloc": """
        df['a'] = (df['a'] - df['a'].mean()) / df['a'].std()
        train, test = df.iloc[:800], df.iloc[800:]
        m = LogisticRegression().fit(train[['a']], train.y)
        m.score(test[['a']], test.y)
        """,
    "random mask": """
        df['a'] = MinMaxScaler().fit_transform(df[['a']])
        msk = np.random.rand(len(df)) < 0.8
        train, test = df[msk], df[~msk]
        m = LogisticRegression().fit(train[['a']], train.y)
        m.score(test[['a']], test.y)
        """,
    "np split": """
        data = StandardScaler().fit_transform(df)
        train, test = np.split(data, [800])
        m = LogisticRegression().fit(train[:, :-1], train[:, -1])
        m.score(test[:, :-1], test[:, -1])
        """,
    "in place columns by alias": """
        Z = df
        Z['a'] = StandardScaler().fit_transform(Z[['a']])
        X, y = df[['a', 'b']], df.y
        """
    + SPLIT_AND_SCORE,
    "in place numpy": """
        X = X.values
        X -= X.mean(axis=0)
        X /= X.std(axis=0)
        """
    + SPLIT_AND_SCORE,
    "np mean": """
        X = X.values
        X = (X - np.mean(X, axis=0)) / np.std(X, axis=0)
        """
    + SPLIT_AND_SCORE,
    "lambda with outer mean": """
        mean = df.a.mean()
        df['a'] = df['a'].apply(lambda v: v - mean)
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "function with outer mean": """
        mean = df.a.mean()
        def fill(v):
            if pd.isnull(v):
                return mean
            return v
        df['a'] = df['a'].map(fill)
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "where": """
        df['a'] = np.where(df.a.isnull(), df.a.mean(), df.a)
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "replace": """
        df['a'] = df['a'].replace(np.nan, df['a'].mean())
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "fill all": """
        df = df.fillna(df.mean())
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "target mean map": """
        df['te'] = df['cat'].map(df.groupby('cat')['y'].mean())
        X, y = df[['te']], df.y
        """
    + SPLIT_AND_SCORE,
    "target mean dict": """
        means = df.groupby('cat')['y'].mean().to_dict()
        df['te'] = df['cat'].map(means)
        X, y = df[['te']], df.y
        """
    + SPLIT_AND_SCORE,
    "loop over columns with scaler": """
        for c in ['a', 'b']:
            s = StandardScaler()
            X[c] = s.fit_transform(X[[c]])
        """
    + SPLIT_AND_SCORE,
    "dictionary of frames": """
        data = {'X': StandardScaler().fit_transform(X), 'y': y}
        X, y = data['X'], data['y']
        """
    + SPLIT_AND_SCORE,
    "tuple returned": """
        def load():
            d = pd.read_csv('data.csv')
            s = StandardScaler()
            return s.fit_transform(d.drop('y', axis=1)), d['y'], s
        X, y, _ = load()
        """
    + SPLIT_AND_SCORE,
    "nested functions": """
        def scale(f):
            return StandardScaler().fit_transform(f)
        def prepare(f):
            return scale(f.dropna())
        X = prepare(X)
        """
    + SPLIT_AND_SCORE,
    "split in a function": """
        def split(a, b):
            return train_test_split(a, b, test_size=.2)
        X = StandardScaler().fit_transform(X)
        X_train, X_test, y_train, y_test = split(X, y)
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "train in a function": """
        def train(a, b):
            m = RandomForestClassifier()
            m.fit(a, b)
            return m
        def evaluate(m, a, b):
            print(m.score(a, b))
        X = StandardScaler().fit_transform(X)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        evaluate(train(X_train, y_train), X_test, y_test)
        """,
    "models in a loop": """
        X = StandardScaler().fit_transform(X)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        for name, m in [('lr', LogisticRegression()), ('rf', RandomForestClassifier())]:
            m.fit(X_train, y_train)
            print(name, m.score(X_test, y_test))
        """,
    "class": """
        class Model:
            def __init__(self):
                self.s = StandardScaler()
                self.m = LogisticRegression()
            def run(self, X, y):
                self.X = self.s.fit_transform(X)
                self.split(y)
                self.fit()
            def split(self, y):
                self.X_train, self.X_test, self.y_train, self.y_test = train_test_split(self.X, y)
            def fit(self):
                self.m.fit(self.X_train, self.y_train)
                print(self.m.score(self.X_test, self.y_test))
        Model().run(X, y)
        """,
    "lstm windows": """
        from keras.models import Sequential
        from keras.layers import LSTM, Dense
        data = df.filter(['Close']).values
        scaler = MinMaxScaler(feature_range=(0, 1))
        scaled = scaler.fit_transform(data)
        n = int(len(scaled) * .8)
        train = scaled[0:n, :]
        X_train, y_train = [], []
        for i in range(60, len(train)):
            X_train.append(train[i-60:i, 0])
            y_train.append(train[i, 0])
        X_train, y_train = np.array(X_train), np.array(y_train)
        X_train = np.reshape(X_train, (X_train.shape[0], X_train.shape[1], 1))
        model = Sequential()
        model.add(LSTM(50, input_shape=(60, 1)))
        model.add(Dense(1))
        model.compile(optimizer='adam', loss='mse')
        model.fit(X_train, y_train, batch_size=1, epochs=1)
        test = scaled[n - 60:, :]
        X_test = []
        for i in range(60, len(test)):
            X_test.append(test[i-60:i, 0])
        X_test = np.array(X_test)
        pred = model.predict(X_test)
        """,
    "lstm create_dataset": """
        from keras.models import Sequential
        from keras.layers import LSTM, Dense
        def create_dataset(dataset, look_back=1):
            dataX, dataY = [], []
            for i in range(len(dataset)-look_back-1):
                a = dataset[i:(i+look_back), 0]
                dataX.append(a)
                dataY.append(dataset[i + look_back, 0])
            return np.array(dataX), np.array(dataY)
        dataset = df.values.astype('float32')
        dataset = MinMaxScaler().fit_transform(dataset)
        size = int(len(dataset) * 0.67)
        train, test = dataset[0:size,:], dataset[size:len(dataset),:]
        trainX, trainY = create_dataset(train, 3)
        testX, testY = create_dataset(test, 3)
        model = Sequential([LSTM(4), Dense(1)])
        model.compile(loss='mse', optimizer='adam')
        model.fit(trainX, trainY, epochs=10)
        p = model.predict(testX)
        """,
    "xgb dmatrix": """
        import xgboost as xgb
        X = StandardScaler().fit_transform(X)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        d = xgb.DMatrix(X_train, label=y_train)
        t = xgb.DMatrix(X_test, label=y_test)
        b = xgb.train({}, d, 10)
        p = b.predict(t)
        """,
    "lgb dataset": """
        import lightgbm as lgb
        X = StandardScaler().fit_transform(X)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        d = lgb.Dataset(X_train, y_train)
        b = lgb.train({}, d, 10)
        p = b.predict(X_test)
        """,
    "statsmodels": """
        import statsmodels.api as sm
        X = StandardScaler().fit_transform(X)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        r = sm.OLS(y_train, X_train).fit()
        p = r.predict(X_test)
        """,
    "target encoder": """
        import category_encoders as ce
        X = ce.TargetEncoder(cols=['c']).fit_transform(X, y)
        """
    + SPLIT_AND_SCORE,
    "normalization layer": """
        import tensorflow as tf
        X = X.values
        norm = tf.keras.layers.Normalization()
        norm.adapt(X)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        model = tf.keras.Sequential([norm, tf.keras.layers.Dense(1)])
        model.compile('adam', 'mse')
        model.fit(X_train, y_train)
        model.evaluate(X_test, y_test)
        """,
    "knn imputer in function with default": """
        from sklearn.impute import KNNImputer
        def impute(d, imp=KNNImputer()):
            return pd.DataFrame(imp.fit_transform(d), columns=d.columns)
        X = impute(X)
        """
    + SPLIT_AND_SCORE,
    "train test files fitted together": """
        test = pd.read_csv('test.csv')
        s = StandardScaler().fit(pd.concat([df[['a']], test[['a']]]))
        m = LogisticRegression().fit(s.transform(df[['a']]), df.y)
        m.score(s.transform(test[['a']]), test.y)
        """,
    "vectorizer on both texts": """
        train, test = train_test_split(df)
        cv = TfidfVectorizer()
        cv.fit(list(train.text) + list(test.text))
        m = LogisticRegression().fit(cv.transform(train.text), train.y)
        m.score(cv.transform(test.text), test.y)
        """,
    "marker column": """
        test = pd.read_csv('test.csv')
        df['part'] = 'train'
        test['part'] = 'test'
        both = pd.concat([df, test])
        both['a'] = StandardScaler().fit_transform(both[['a']])
        train = both[both.part == 'train']
        test = both[both.part == 'test']
        m = LogisticRegression().fit(train[['a']], train.y)
        m.predict(test[['a']])
        """,
    "scaled with validation": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_train = StandardScaler().fit_transform(X_train)
        X_train, X_val, y_train, y_val = train_test_split(X_train, y_train)
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_val, y_val)
        """,
    "sss": """
        X = StandardScaler().fit_transform(X)
        sss = StratifiedShuffleSplit(n_splits=1)
        for a, b in sss.split(X, y):
            X_train, X_test = X[a], X[b]
            y_train, y_test = y[a], y[b]
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "torch": """
        import torch
        from torch import nn
        X = torch.tensor(StandardScaler().fit_transform(X))
        y = torch.tensor(y.values)
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.l = nn.Linear(10, 1)
            def forward(self, x):
                return self.l(x)
        net = Net()
        opt = torch.optim.Adam(net.parameters())
        loss_fn = nn.MSELoss()
        for e in range(10):
            opt.zero_grad()
            loss = loss_fn(net(X_train), y_train)
            loss.backward()
            opt.step()
        net.eval()
        out = net(X_test)
        print(((out - y_test) ** 2).mean())
        """,
    "chained": """
        p = make_pipeline(StandardScaler(), PCA(2)).fit(X)
        X = p.transform(X)
        """
    + SPLIT_AND_SCORE,
    "set_index join": """
        scaled = pd.DataFrame(StandardScaler().fit_transform(df[['a']]), columns=['s'])
        df = df.join(scaled)
        X, y = df.drop(columns='y'), df.y
        """
    + SPLIT_AND_SCORE,
    "concat of scaled and others": """
        scaled = pd.DataFrame(StandardScaler().fit_transform(df[['a']]))
        X = pd.concat([df[['b']], scaled], axis=1)
        """
    + SPLIT_AND_SCORE,
    "hstack": """
        from scipy.sparse import hstack
        X = hstack([CountVectorizer().fit_transform(df.text), df[['b']].values])
        """
    + SPLIT_AND_SCORE,
    "walrus and ternary": "X = StandardScaler().fit_transform(X) if True else X" + SPLIT_AND_SCORE,
    "comprehension": """
        parts = [StandardScaler().fit_transform(df[[c]]) for c in ['a', 'b']]
        X = np.hstack(parts)
        """
    + SPLIT_AND_SCORE,
    "try": """
        try:
            X = StandardScaler().fit_transform(X)
        except ValueError:
            pass
        """
    + SPLIT_AND_SCORE,
    "with": """
        import warnings
        with warnings.catch_warnings():
            X = StandardScaler().fit_transform(X)
        """
    + SPLIT_AND_SCORE,
    "global": """
        scaler = None
        def fit():
            global scaler, X
            scaler = StandardScaler()
            X = scaler.fit_transform(X)
        fit()
        """
    + SPLIT_AND_SCORE,
    "method chaining": "X = df.drop(columns='y').pipe(lambda d: (d - d.mean()) / d.std())" + SPLIT_AND_SCORE,
    "assign": """
        df = df.assign(a=lambda d: d.a - d.a.mean())
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "binning quantile": """
        df['b'] = pd.qcut(df.a, 4, labels=False)
        X, y = df[['b']], df.y
        """
    + SPLIT_AND_SCORE,
    "leave-one-out": """
        from sklearn.model_selection import LeaveOneOut
        X = StandardScaler().fit_transform(X)
        print(cross_val_score(LogisticRegression(), X, y, cv=LeaveOneOut()))
        """,
    "kmeans feature": """
        from sklearn.cluster import KMeans
        df['k'] = KMeans(3).fit_predict(df[['a', 'b']])
        X, y = df[['k']], df.y
        """
    + SPLIT_AND_SCORE,
    "rank": """
        df['a'] = df['a'].rank()
        X, y = df[['a']], df.y
        """
    + SPLIT_AND_SCORE,
    "train_test_split keyword": """
        X = StandardScaler().fit_transform(X)
        splits = train_test_split(X, y, test_size=.2)
        X_train, X_test, y_train, y_test = splits
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "splits by index": """
        X = StandardScaler().fit_transform(X)
        splits = train_test_split(X, y, test_size=.2)
        m = LogisticRegression().fit(splits[0], splits[2])
        m.score(splits[1], splits[3])
        """,
    "indices split": """
        X = StandardScaler().fit_transform(X)
        tr, te = train_test_split(np.arange(len(X)), test_size=.2)
        m = LogisticRegression().fit(X[tr], y[tr])
        m.score(X[te], y[te])
        """,
    "indices shuffled": """
        X = StandardScaler().fit_transform(X)
        idx = np.arange(len(X))
        np.random.shuffle(idx)
        n = int(.8 * len(X))
        tr, te = idx[:n], idx[n:]
        m = LogisticRegression().fit(X[tr], y[tr])
        m.score(X[te], y[te])
        """,
}
LEAKS["scaled to its range by hand"] = """
    df["a"] = (df["a"] - df["a"].min()) / (df["a"].max() - df["a"].min())
    X_train, X_test, y_train, y_test = train_test_split(df[["a"]], df.y)
    m = LogisticRegression().fit(X_train, y_train)
    m.score(X_test, y_test)
    """
REFITS = {
    "refit": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        s = StandardScaler()
        X_train = s.fit_transform(X_train)
        X_test = s.fit_transform(X_test)
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "two scalers": """
        X_train, X_test, y_train, y_test = train_test_split(X, y)
        X_train = StandardScaler().fit_transform(X_train)
        X_test = StandardScaler().fit_transform(X_test)
        m = LogisticRegression().fit(X_train, y_train)
        m.score(X_test, y_test)
        """,
    "refit in a loop": """
        train, test = train_test_split(df)
        for part in [train, test]:
            part['a'] = StandardScaler().fit_transform(part[['a']])
        m = LogisticRegression().fit(train[['a']], train.y)
        m.score(test[['a']], test.y)
        """,
}


@pytest.mark.parametrize("code", LEAKS.values(), ids=LEAKS)
def test_learned_before_the_split(code: str) -> None:
    assert any(pair.leaking for pair in flow(code).pairs)


@pytest.mark.parametrize("code", REFITS.values(), ids=REFITS)
def test_fitted_again_on_the_test_part(code: str) -> None:
    found = flow(code).pairs
    assert any(pair.refitting for pair in found)
    assert not any(pair.leaking for pair in found)
