"""What the demo shops sell, as families: every brand, variant and size of a family is one item."""

from head_office.demo.articles import Brand, Family, Size, Variant, named, packs
from pos_app.domain.advice import Advice

YOUBAN = Brand("优伴", "Youban", earns=True)
MIAOYU = Brand("苗语", "Miaoyu", earns=True)
HEMIAO = Brand("禾苗优选", "Seedling Select", earns=True)
YISHU = Brand("益舒", "Yishu", earns=True)
MIANDUO = Brand("棉朵", "Mianduo", earns=True)
XINGMAI = Brand("星麦", "Xingmai", earns=True)
ANSHUI = Brand("安睡", "Anshui", earns=True)
ROUJING = Brand("柔净", "Roujing", earns=True)
MUXI = Brand("牧溪", "Muxi")
BEILAN = Brand("贝澜", "Beilan")
YUNDUO = Brand("云朵熊", "Cloud Bear")
XIAOLU = Brand("小鹿岛", "Fawn Isle")
TAOLE = Brand("桃乐", "Taole")
QINGCAO = Brand("青草地", "Green Field")
MIFENG = Brand("蜜蜂屋", "Bee House")
LANTU = Brand("蓝兔", "Blue Rabbit")
DOUDING = Brand("豆丁乐园", "Little Bean")
SHANCHA = Brand("山茶里", "Camellia")

FORMULA_BRANDS = (YOUBAN, MIAOYU, MUXI, BEILAN, QINGCAO, XIAOLU)
NAPPY_BRANDS = (MIANDUO, HEMIAO, YUNDUO, LANTU, BEILAN)
FOOD_BRANDS = (XINGMAI, HEMIAO, XIAOLU, MIFENG, TAOLE)
CARE_BRANDS = (ANSHUI, ROUJING, HEMIAO, SHANCHA, YUNDUO)
GEAR_BRANDS = (HEMIAO, DOUDING, LANTU, YUNDUO, TAOLE, XIAOLU)
WEAR_BRANDS = (HEMIAO, MIANDUO, TAOLE, YUNDUO, LANTU, DOUDING)

STAGES = (
    Variant("婴儿配方奶粉", "Infant formula", (0, 5), 1, 85, " 1 段"),
    Variant("较大婴儿配方奶粉", "Follow-on formula", (6, 11), 2, 75, " 2 段"),
    Variant("幼儿配方奶粉", "Toddler formula", (12, 35), 3, 55, " 3 段"),
    Variant("儿童配方奶粉", "Growing-up formula", (36, 83), 4, 40, " 4 段"),
)
GOAT_STAGES = tuple(
    Variant(f"羊奶{each.name}", f"Goat {each.name_en.lower()}", each.months, each.stage, each.daily_use, each.suffix)
    for each in STAGES
)
NAPPY_SIZES = (
    Variant("纸尿裤", "Nappies", (0, 1), None, 9, " NB"),
    Variant("纸尿裤", "Nappies", (1, 5), None, 8, " S"),
    Variant("纸尿裤", "Nappies", (4, 9), None, 7, " M"),
    Variant("轻薄拉拉裤", "Light pull-ups", (8, 17), None, 6, " L"),
    Variant("轻薄拉拉裤", "Light pull-ups", (15, 30), None, 5, " XL"),
    Variant("轻薄拉拉裤", "Light pull-ups", (24, 47), None, 4, " XXL"),
)
WEAR_SIZES = tuple(Size(f"{height}cm", 4_900 + 300 * n) for n, height in enumerate((59, 66, 73, 80, 90, 100, 110, 120)))
PLAIN_WEAR = (
    Variant("纯棉连体衣", "Cotton bodysuit", (0, 23)),
    Variant("针织开衫", "Knitted cardigan", (3, 59)),
    Variant("护肚秋衣套装", "Warm underwear set", (6, 71)),
    Variant("薄款羽绒背心", "Light down vest", (6, 71)),
    Variant("分腿睡袋", "Sleep suit", (0, 47)),
    Variant("纱布短袖", "Gauze T-shirt", (3, 71)),
    Variant("家居服套装", "Home wear set", (6, 83)),
    Variant("连帽卫衣", "Hooded sweatshirt", (12, 83)),
    Variant("弹力长裤", "Stretch trousers", (6, 83)),
    Variant("儿童泳衣", "Swimsuit", (12, 83)),
)

FAMILIES: tuple[Family, ...] = (
    Family("formula", Advice.FORMULA, FORMULA_BRANDS, STAGES, packs("900g=318 400g=158 130g=62", "g")),
    Family("formula", Advice.FORMULA, (YOUBAN, MUXI, QINGCAO), GOAT_STAGES, packs("800g=388 400g=208", "g")),
    Family("nappy", Advice.NAPPY, NAPPY_BRANDS, NAPPY_SIZES, packs("46片=139 84片=239 24片=79", "piece")),
    Family(
        "probiotic",
        Advice.PROBIOTIC,
        (YISHU, BEILAN, QINGCAO),
        named(
            "儿童益生菌冻干粉 | Probiotic powder\n益生菌滴剂 | Probiotic drops\n益生元软糖 | Prebiotic gummies",
            (1, 83),
            1,
        ),
        packs("26袋=218 10袋=98 52袋=398", "piece"),
    ),
    Family(
        "vitamin",
        Advice.VITAMIN,
        (YISHU, BEILAN, SHANCHA),
        named(
            """维生素 D3 滴剂 | Vitamin D3 drops
            维生素 AD 滴剂 | Vitamin AD drops
            乳钙软胶囊 | Milk calcium capsules
            DHA 藻油 | Algal DHA oil
            锌铁口服液 | Zinc and iron drink""",
            (0, 83),
            1,
        ),
        packs("30粒=118 60粒=208", "piece"),
    ),
    Family(
        "cereal",
        Advice.CEREAL,
        FOOD_BRANDS,
        named(
            """有机高铁米粉 | Organic iron rice cereal
            胡萝卜营养米粉 | Carrot rice cereal
            南瓜小米米粉 | Pumpkin millet cereal
            原味大米粉 | Plain rice cereal
            苹果燕麦米糊 | Apple oat cereal""",
            (6, 23),
            15,
        ),
        packs("225g=58 450g=105 25g=12", "g"),
    ),
    Family(
        "puree",
        Advice.FOOD,
        FOOD_BRANDS,
        named(
            """苹果果泥 | Apple purée
            西梅果泥 | Prune purée
            香蕉蓝莓果泥 | Banana blueberry purée
            南瓜胡萝卜泥 | Pumpkin carrot purée
            鳕鱼西兰花泥 | Cod broccoli purée
            牛肉土豆泥 | Beef potato purée""",
            (6, 35),
        ),
        packs("113g=16 90g*4=56"),
    ),
    Family(
        "noodles",
        Advice.FOOD,
        FOOD_BRANDS,
        named(
            """宝宝碎碎面 | Baby pasta bits
            菠菜蝴蝶面 | Spinach butterfly pasta
            猪肝营养面 | Liver noodles
            三文鱼肉松 | Salmon floss
            无添加儿童酱油 | Children's soy sauce
            核桃油 | Walnut oil""",
            (8, 71),
        ),
        packs("200g=32 100g=19"),
    ),
    Family(
        "snack",
        Advice.FOOD,
        (*FOOD_BRANDS, DOUDING),
        named(
            """磨牙棒 | Teething rusks
            溶豆 | Yogurt melts
            星星泡芙 | Star puffs
            小馒头饼干 | Baby biscuits
            山楂棒 | Hawthorn sticks
            海苔脆片 | Seaweed crisps
            奶酪棒 | Cheese sticks""",
            (7, 83),
        ),
        packs("60g=18 20g=11 120g=29"),
    ),
    Family(
        "wipes",
        Advice.CARE,
        CARE_BRANDS,
        named(
            """婴儿湿巾 | Baby wipes
            手口柔湿巾 | Hand and mouth wipes
            棉柔巾 | Cotton tissues
            婴儿抽纸 | Baby tissues""",
            (0, 83),
        ),
        packs("80抽*3=30 80抽=13 80抽*10=89"),
    ),
    Family(
        "skin",
        Advice.CARE,
        CARE_BRANDS,
        named(
            """婴儿护臀膏 | Nappy cream
            婴儿润肤霜 | Baby cream
            婴儿润肤乳 | Baby lotion
            抚触油 | Massage oil
            儿童防晒乳 | Children's sunscreen
            洗发沐浴二合一 | Shampoo and wash
            爽身粉 | Baby powder
            婴儿唇膏 | Baby lip balm""",
            (0, 83),
        ),
        packs("50g=45 200ml=69"),
    ),
    Family(
        "laundry",
        Advice.CARE,
        (ROUJING, HEMIAO, SHANCHA, LANTU),
        named(
            """婴儿洗衣液 | Baby laundry liquid
            婴儿洗衣皂 | Baby laundry soap
            奶瓶清洗剂 | Bottle cleaner
            衣物柔顺剂 | Softener"""
        ),
        packs("1L=45 2L=79 500ml=29"),
    ),
    Family(
        "feeding",
        Advice.FEEDING,
        GEAR_BRANDS,
        named(
            """宽口玻璃奶瓶 | Wide-neck glass bottle
            PPSU 奶瓶 | PPSU bottle
            仿母乳奶嘴 | Natural teats
            吸管杯 | Straw cup
            学饮鸭嘴杯 | Sippy cup
            硅胶围兜 | Silicone bib
            吸盘碗 | Suction bowl
            感温辅食勺 | Heat-sensing spoon""",
            (0, 35),
        ),
        packs("160ml=59 240ml=69 两只装=99"),
    ),
    Family(
        "appliance",
        "",
        (HEMIAO, LANTU, DOUDING),
        named(
            """恒温调奶器 | Formula kettle
            奶瓶消毒器 | Bottle steriliser
            电动吸奶器 | Breast pump
            辅食料理机 | Baby food maker
            婴儿理发器 | Baby hair clipper
            额温枪 | Forehead thermometer"""
        ),
        packs("标准款=259 升级款=399"),
    ),
    Family(
        "toy",
        Advice.TOY,
        GEAR_BRANDS,
        named(
            """牙胶摇铃 | Teether rattle
            布书 | Cloth book
            叠叠乐 | Stacking cups
            学步推车 | Push walker
            积木桶 | Building blocks
            过家家厨房 | Play kitchen
            磁力片 | Magnetic tiles
            拼图 | Jigsaw
            水彩笔 | Washable markers
            儿童平衡车 | Balance bike
            戏水玩具 | Bath toys
            毛绒兔 | Plush rabbit""",
            (3, 83),
        ),
        packs("小号=39 中号=79 大号=129"),
    ),
    Family(
        "book",
        "",
        (DOUDING, XIAOLU, TAOLE),
        named(
            """洞洞书 | Peek-a-boo book
            认知卡 | First words cards
            睡前故事 | Bedtime stories
            英文启蒙绘本 | First English picture book
            贴纸书 | Sticker book
            科普翻翻书 | Lift-the-flap science""",
            (6, 83),
        ),
        packs("单册=29 套装四册=99"),
    ),
    Family("clothing", "", WEAR_BRANDS, PLAIN_WEAR, WEAR_SIZES),
    Family(
        "shoes",
        "",
        (HEMIAO, TAOLE, DOUDING, LANTU),
        named(
            "学步鞋 | First shoes\n运动童鞋 | Children's trainers\n儿童雨鞋 | Rain boots\n居家地板袜 | Floor socks",
            (9, 83),
        ),
        packs("20码=89 22码=95 24码=99 26码=109"),
    ),
    Family(
        "bedding",
        "",
        (MIANDUO, ANSHUI, HEMIAO, YUNDUO),
        named(
            """隔尿垫 | Changing pads
            纱布浴巾 | Gauze bath towel
            婴儿定型枕 | Baby pillow
            儿童被 | Children's quilt
            防蚊蚊帐 | Mosquito net
            小方巾 | Face cloths""",
            (0, 71),
        ),
        packs("小号=39 大号=79"),
    ),
    Family(
        "travel",
        "",
        (HEMIAO, LANTU, YUNDUO),
        named(
            """轻便婴儿车 | Light pushchair
            儿童安全座椅 | Child car seat
            腰凳背带 | Hip-seat carrier
            妈咪包 | Changing bag
            学步防走失带 | Walking reins""",
            (0, 47),
        ),
        packs("标准款=299 尊享款=599"),
    ),
    Family(
        "mother",
        Advice.MOTHER,
        (SHANCHA, HEMIAO, ANSHUI),
        named(
            """孕妇叶酸片 | Folic acid tablets
            孕妇奶粉 | Maternity milk powder
            防溢乳垫 | Nursing pads
            产褥垫 | Maternity pads
            孕妇护肤套装 | Maternity skin care set
            哺乳文胸 | Nursing bra
            待产包 | Hospital bag"""
        ),
        packs("标准装=99 加量装=169"),
    ),
    Family(
        "household",
        "",
        (ROUJING, QINGCAO, SHANCHA, HEMIAO),
        named(
            """抽取式面巾纸 | Facial tissues
            厨房纸 | Kitchen towels
            垃圾袋 | Bin bags
            免洗洗手液 | Hand sanitiser
            除菌喷雾 | Disinfectant spray
            保鲜袋 | Food bags
            插座保护盖 | Socket covers
            桌角防撞条 | Corner guards
            抽屉安全锁 | Drawer locks"""
        ),
        packs("单件=12 三件装=30 家庭装=55"),
    ),
    Family(
        "drink",
        "",
        (QINGCAO, MIFENG, MUXI),
        named(
            """儿童纯牛奶 | Children's milk
            儿童酸奶 | Children's yogurt
            苹果汁 | Apple juice
            饮用天然水 | Spring water
            五红汤 | Five-red tea""",
            (12, 83),
        ),
        packs("125ml=5 125ml*12=55 200ml*10=49"),
    ),
    Family(
        "stationery",
        "",
        (DOUDING, TAOLE, LANTU),
        named(
            """幼儿园书包 | Nursery backpack
            儿童水壶 | Children's water bottle
            姓名贴 | Name labels
            画画本 | Sketch pad
            儿童雨衣 | Children's raincoat
            礼品袋 | Gift bag""",
            (24, 83),
        ),
        packs("小号=25 大号=49"),
    ),
)
