"""What the demo chain shows on the customers' screens: a tip of care for each season, and where to join."""

from pos_app.domain.programme import Tip

JOIN_URL = "https://join.seedling.example/s"
TIPS = (
    Tip(
        "春天早晚温差大，宝宝背后摸着温热就不用再加衣。",
        "Spring mornings are cold: a warm back means warm enough.",
        (3, 4, 5),
    ),
    Tip(
        "夏天出汗多，六个月以上的宝宝两餐之间可以喝几口温水。",
        "Hot days: from six months on, a few sips of warm water between meals.",
        (6, 7, 8),
    ),
    Tip(
        "秋天干燥，洗澡后三分钟内抹润肤霜，宝宝皮肤不发痒。",
        "Dry autumn air: cream within three minutes of the bath keeps skin calm.",
        (9, 10, 11),
    ),
    Tip(
        "冬天室内勤通风，每天两次，每次二十分钟，少一次感冒。",
        "Winter: air the room twice a day for twenty minutes, and catch fewer colds.",
        (12, 1, 2),
    ),
    Tip(
        "冲奶粉先放水再放粉，水温四十度左右，左右轻摇不起泡。",
        "Water first, then powder; about 40 °C, and swirl gently.",
    ),
)
