-- 007_liquidation: the liquidation map, what it assumes, what it was worth, what it could do.
create table marts.leverage_priors (
    prior varchar not null,
    leverage_low double not null,
    leverage_high double not null,
    weight double not null
);

create table marts.leverage_calibration (
    calibrated_at timestamptz not null,
    asset varchar not null,
    prior varchar not null,
    leverage_low double not null,
    leverage_high double not null,
    weight double not null,
    median_leverage double not null,
    pass_through double not null,
    rotation double not null,
    r2 double,
    crossed_base double not null,
    steps integer not null,
    is_simulated boolean not null
);

create table marts.liquidation_map (
    snapshot_at timestamptz not null,
    asset varchar not null,
    venue varchar not null,
    side varchar not null,
    prior varchar not null,
    price_low double not null,
    price_high double not null,
    base double not null,
    usd double not null,
    is_simulated boolean not null
);

create table marts.liquidation_balance (
    snapshot_at timestamptz not null,
    asset varchar not null,
    venue varchar not null,
    side varchar not null,
    prior varchar not null,
    oi_base double not null,
    mapped_base double not null,
    beyond_base double not null,
    unplaced_base double not null,
    initial_share double not null,
    alive_share double not null,
    has_tiers boolean not null,
    is_simulated boolean not null
);

create table marts.cluster_scores (
    scored_at timestamptz not null,
    asset varchar not null,
    map_snapshot_at timestamptz not null,
    prior varchar not null,
    evidence varchar not null,
    n_bins integer not null,
    n_hits integer not null,
    n_top integer not null,
    precision double,
    chance double,
    lift double,
    wilson_low double,
    wilson_high double,
    meaningful boolean not null,
    is_simulated boolean not null
);

create table marts.stress (
    snapshot_at timestamptz not null,
    asset varchar not null,
    prior varchar not null,
    shock_pct double not null,
    depth_factor double not null,
    rounds integer not null,
    liquidated_base double not null,
    liquidated_usd double not null,
    final_price double not null,
    move_pct double not null,
    multiplier double not null,
    reproduction_number double not null,
    stop_reason varchar not null,
    depth_usd double not null,
    is_simulated boolean not null
);

create table marts.contagion (
    snapshot_at timestamptz not null,
    venue_from varchar not null,
    venue_to varchar not null,
    overlap_usd double not null,
    forced_share double not null,
    loss_usd double not null,
    systemic_overlap_usd double not null,
    systemic_rank integer not null,
    assets integer not null,
    oi_covered double not null,
    is_simulated boolean not null
);

create table marts.liquidations_at_risk (
    snapshot_at timestamptz not null,
    asset varchar not null,
    prior varchar not null,
    alpha double not null,
    scenarios integer not null,
    tail integer not null,
    lar_usd double not null,
    es_usd double not null,
    worst_return_pct double not null,
    meaningful boolean not null,
    is_simulated boolean not null
);

-- How good the map was over some days up to an instant: precision of its fullest quarter, the
-- chance of a forecast by lot, and the 95 percent interval of the precision.
create macro marts.track_record(up_to, over_days) as table
with

counted as (

    select
        asset,
        prior,
        count(*) as nights,
        sum(n_bins) as n_bins,
        sum(n_top) as n_top,
        sum(n_hits) as n_hits
    from marts.cluster_scores
    where
        scored_at <= up_to
        and scored_at > up_to - to_days(over_days)
    group by asset, prior

),

rated as (

    select
        *,
        n_hits / n_top as rate,
        3.841458820694124 / n_top as z2
    from counted

)

select
    asset,
    prior,
    nights,
    n_bins,
    n_hits,
    n_top,
    rate as precision,
    n_top / n_bins as chance,
    rate * n_bins / n_top as lift,
    greatest((rate + z2 / 2 - sqrt(z2 * (rate * (1 - rate) + z2 / 4))) / (1 + z2), 0)
        as wilson_low,
    least((rate + z2 / 2 + sqrt(z2 * (rate * (1 - rate) + z2 / 4))) / (1 + z2), 1)
        as wilson_high,
    n_bins >= 10 as meaningful
from rated
order by asset, prior;

-- Weights of the stated priors, from transforms/models/leverage.py; a test holds the two together.
insert into marts.leverage_priors values
    ('base', 1.0, 1.189207115002721, 0.008218803467654308),
    ('base', 1.189207115002721, 1.4142135623730951, 0.01366439337354635),
    ('base', 1.4142135623730951, 1.681792830507429, 0.02102151522141415),
    ('base', 1.681792830507429, 2.0, 0.029924734656973682),
    ('base', 2.0, 2.378414230005442, 0.03941756871562815),
    ('base', 2.378414230005442, 2.82842712474619, 0.04804443207109207),
    ('base', 2.82842712474619, 3.363585661014858, 0.05418640515893358),
    ('base', 3.363585661014858, 4.0, 0.056549903519034196),
    ('base', 4.0, 4.756828460010884, 0.05460943994655305),
    ('base', 4.756828460010884, 5.656854249492381, 0.04879753033150914),
    ('base', 5.656854249492381, 6.727171322029717, 0.04034800211102335),
    ('base', 6.727171322029717, 7.999999999999999, 0.030870237626198824),
    ('base', 7.999999999999999, 9.513656920021768, 0.021855019428399135),
    ('base', 9.513656920021768, 11.31370849898476, 0.01431710198680061),
    ('base', 11.31370849898476, 13.454342644059432, 0.008678626922473402),
    ('base', 13.454342644059432, 16.0, 0.0048678597088073474),
    ('base', 16.0, 19.027313840043536, 0.0025264764302389757),
    ('base', 19.027313840043536, 22.627416997969522, 0.0012133372201517697),
    ('base', 22.627416997969522, 26.908685288118868, 0.0005391823286770732),
    ('base', 26.908685288118868, 32.00000000000001, 0.00022170542206487967),
    ('base', 32.00000000000001, 38.05462768008708, 8.435329953626805e-05),
    ('base', 38.05462768008708, 45.25483399593905, 2.9696918382944642e-05),
    ('base', 45.25483399593905, 53.81737057623774, 9.673922309933078e-06),
    ('base', 53.81737057623774, 63.999999999999986, 2.915908921476423e-06),
    ('base', 63.999999999999986, 76.10925536017413, 8.132491502421753e-07),
    ('base', 76.10925536017413, 90.50966799187808, 2.0986965562643744e-07),
    ('base', 90.50966799187808, 107.63474115247544, 5.0112956867546834e-08),
    ('base', 107.63474115247544, 128.0, 1.1071912602823252e-08),
    ('base', 2.0, 2.0, 0.13567985837145122),
    ('base', 3.0, 3.0, 0.11794638020448278),
    ('base', 4.0, 4.0, 0.0374201617163842),
    ('base', 5.0, 5.0, 0.12879475223867964),
    ('base', 8.0, 8.0, 0.026806893849567616),
    ('base', 10.0, 10.0, 0.04364154250337616),
    ('base', 15.0, 15.0, 0.0058675202009121075),
    ('base', 20.0, 20.0, 0.003136810049316468),
    ('base', 25.0, 25.0, 0.0005688916530198531),
    ('base', 30.0, 30.0, 9.436316123405069e-05),
    ('base', 50.0, 50.0, 4.209535923732393e-05),
    ('base', 75.0, 75.0, 6.4871231503014e-07),
    ('base', 100.0, 100.0, 8.198002357971075e-08),
    ('retail_heavy', 1.0, 1.189207115002721, 0.0),
    ('retail_heavy', 1.189207115002721, 1.4142135623730951, 0.0),
    ('retail_heavy', 1.4142135623730951, 1.681792830507429, 0.0),
    ('retail_heavy', 1.681792830507429, 2.0, 0.0),
    ('retail_heavy', 2.0, 2.378414230005442, 0.0),
    ('retail_heavy', 2.378414230005442, 2.82842712474619, 0.0),
    ('retail_heavy', 2.82842712474619, 3.363585661014858, 0.0),
    ('retail_heavy', 3.363585661014858, 4.0, 0.0),
    ('retail_heavy', 4.0, 4.756828460010884, 0.0),
    ('retail_heavy', 4.756828460010884, 5.656854249492381, 0.0),
    ('retail_heavy', 5.656854249492381, 6.727171322029717, 0.0),
    ('retail_heavy', 6.727171322029717, 7.999999999999999, 0.0),
    ('retail_heavy', 7.999999999999999, 9.513656920021768, 0.0),
    ('retail_heavy', 9.513656920021768, 11.31370849898476, 0.0),
    ('retail_heavy', 11.31370849898476, 13.454342644059432, 0.0),
    ('retail_heavy', 13.454342644059432, 16.0, 0.0),
    ('retail_heavy', 16.0, 19.027313840043536, 0.0),
    ('retail_heavy', 19.027313840043536, 22.627416997969522, 0.0),
    ('retail_heavy', 22.627416997969522, 26.908685288118868, 0.0),
    ('retail_heavy', 26.908685288118868, 32.00000000000001, 0.0),
    ('retail_heavy', 32.00000000000001, 38.05462768008708, 0.0),
    ('retail_heavy', 38.05462768008708, 45.25483399593905, 0.0),
    ('retail_heavy', 45.25483399593905, 53.81737057623774, 0.0),
    ('retail_heavy', 53.81737057623774, 63.999999999999986, 0.0),
    ('retail_heavy', 63.999999999999986, 76.10925536017413, 0.0),
    ('retail_heavy', 76.10925536017413, 90.50966799187808, 0.0),
    ('retail_heavy', 90.50966799187808, 107.63474115247544, 0.0),
    ('retail_heavy', 107.63474115247544, 128.0, 0.0),
    ('retail_heavy', 2.0, 2.0, 0.0),
    ('retail_heavy', 3.0, 3.0, 0.0),
    ('retail_heavy', 4.0, 4.0, 0.0),
    ('retail_heavy', 5.0, 5.0, 0.15),
    ('retail_heavy', 8.0, 8.0, 0.0),
    ('retail_heavy', 10.0, 10.0, 0.3),
    ('retail_heavy', 15.0, 15.0, 0.0),
    ('retail_heavy', 20.0, 20.0, 0.0),
    ('retail_heavy', 25.0, 25.0, 0.25),
    ('retail_heavy', 30.0, 30.0, 0.0),
    ('retail_heavy', 50.0, 50.0, 0.2),
    ('retail_heavy', 75.0, 75.0, 0.0),
    ('retail_heavy', 100.0, 100.0, 0.1),
    ('institutional', 1.0, 1.189207115002721, 0.018211918894789365),
    ('institutional', 1.189207115002721, 1.4142135623730951, 0.03032509763730439),
    ('institutional', 1.4142135623730951, 1.681792830507429, 0.04483311111459615),
    ('institutional', 1.681792830507429, 2.0, 0.058850225542807576),
    ('institutional', 2.0, 2.378414230005442, 0.06858855664480833),
    ('institutional', 2.378414230005442, 2.82842712474619, 0.07097582183358922),
    ('institutional', 2.82842712474619, 3.363585661014858, 0.06521156818805184),
    ('institutional', 3.363585661014858, 4.0, 0.05319781276652827),
    ('institutional', 4.0, 4.756828460010884, 0.038531556913557745),
    ('institutional', 4.756828460010884, 5.656854249492381, 0.024779411370035392),
    ('institutional', 5.656854249492381, 6.727171322029717, 0.014148628427097677),
    ('institutional', 6.727171322029717, 7.999999999999999, 0.007172708893330471),
    ('institutional', 7.999999999999999, 9.513656920021768, 0.003228445659680866),
    ('institutional', 9.513656920021768, 11.31370849898476, 0.0012901506365637313),
    ('institutional', 11.31370849898476, 13.454342644059432, 0.00045773978167653603),
    ('institutional', 13.454342644059432, 16.0, 0.0001441857159593791),
    ('institutional', 16.0, 19.027313840043536, 4.032224066627408e-05),
    ('institutional', 19.027313840043536, 22.627416997969522, 1.001103317152975e-05),
    ('institutional', 22.627416997969522, 26.908685288118868, 2.2065688438957894e-06),
    ('institutional', 26.908685288118868, 32.00000000000001, 4.3177002418089483e-07),
    ('institutional', 32.00000000000001, 38.05462768008708, 7.500247930072157e-08),
    ('institutional', 38.05462768008708, 45.25483399593905, 1.156586818211376e-08),
    ('institutional', 45.25483399593905, 53.81737057623774, 1.583256976515165e-09),
    ('institutional', 53.81737057623774, 63.999999999999986, 1.9239152861674493e-10),
    ('institutional', 63.999999999999986, 76.10925536017413, 2.075259748619155e-11),
    ('institutional', 76.10925536017413, 90.50966799187808, 1.9870051995097655e-12),
    ('institutional', 90.50966799187808, 107.63474115247544, 1.6884777404932975e-13),
    ('institutional', 107.63474115247544, 128.0, 1.2749729877194287e-14),
    ('institutional', 2.0, 2.0, 0.252946898780331),
    ('institutional', 3.0, 3.0, 0.1455965099014409),
    ('institutional', 4.0, 4.0, 0.030269501254414178),
    ('institutional', 5.0, 5.0, 0.06112608202843227),
    ('institutional', 8.0, 8.0, 0.00591200629185489),
    ('institutional', 10.0, 10.0, 0.003921037007556269),
    ('institutional', 15.0, 15.0, 0.00019301216488827038),
    ('institutional', 20.0, 20.0, 3.253941671328162e-05),
    ('institutional', 25.0, 25.0, 2.262548155723564e-06),
    ('institutional', 30.0, 30.0, 1.3872957755492194e-07),
    ('institutional', 50.0, 50.0, 1.1858674897394561e-08),
    ('institutional', 75.0, 75.0, 1.766041829982172e-11),
    ('institutional', 100.0, 100.0, 3.003565837439486e-13),
    ('calibrated', 1.0, 1.189207115002721, 0.008218803467654308),
    ('calibrated', 1.189207115002721, 1.4142135623730951, 0.01366439337354635),
    ('calibrated', 1.4142135623730951, 1.681792830507429, 0.02102151522141415),
    ('calibrated', 1.681792830507429, 2.0, 0.029924734656973682),
    ('calibrated', 2.0, 2.378414230005442, 0.03941756871562815),
    ('calibrated', 2.378414230005442, 2.82842712474619, 0.04804443207109207),
    ('calibrated', 2.82842712474619, 3.363585661014858, 0.05418640515893358),
    ('calibrated', 3.363585661014858, 4.0, 0.056549903519034196),
    ('calibrated', 4.0, 4.756828460010884, 0.05460943994655305),
    ('calibrated', 4.756828460010884, 5.656854249492381, 0.04879753033150914),
    ('calibrated', 5.656854249492381, 6.727171322029717, 0.04034800211102335),
    ('calibrated', 6.727171322029717, 7.999999999999999, 0.030870237626198824),
    ('calibrated', 7.999999999999999, 9.513656920021768, 0.021855019428399135),
    ('calibrated', 9.513656920021768, 11.31370849898476, 0.01431710198680061),
    ('calibrated', 11.31370849898476, 13.454342644059432, 0.008678626922473402),
    ('calibrated', 13.454342644059432, 16.0, 0.0048678597088073474),
    ('calibrated', 16.0, 19.027313840043536, 0.0025264764302389757),
    ('calibrated', 19.027313840043536, 22.627416997969522, 0.0012133372201517697),
    ('calibrated', 22.627416997969522, 26.908685288118868, 0.0005391823286770732),
    ('calibrated', 26.908685288118868, 32.00000000000001, 0.00022170542206487967),
    ('calibrated', 32.00000000000001, 38.05462768008708, 8.435329953626805e-05),
    ('calibrated', 38.05462768008708, 45.25483399593905, 2.9696918382944642e-05),
    ('calibrated', 45.25483399593905, 53.81737057623774, 9.673922309933078e-06),
    ('calibrated', 53.81737057623774, 63.999999999999986, 2.915908921476423e-06),
    ('calibrated', 63.999999999999986, 76.10925536017413, 8.132491502421753e-07),
    ('calibrated', 76.10925536017413, 90.50966799187808, 2.0986965562643744e-07),
    ('calibrated', 90.50966799187808, 107.63474115247544, 5.0112956867546834e-08),
    ('calibrated', 107.63474115247544, 128.0, 1.1071912602823252e-08),
    ('calibrated', 2.0, 2.0, 0.13567985837145122),
    ('calibrated', 3.0, 3.0, 0.11794638020448278),
    ('calibrated', 4.0, 4.0, 0.0374201617163842),
    ('calibrated', 5.0, 5.0, 0.12879475223867964),
    ('calibrated', 8.0, 8.0, 0.026806893849567616),
    ('calibrated', 10.0, 10.0, 0.04364154250337616),
    ('calibrated', 15.0, 15.0, 0.0058675202009121075),
    ('calibrated', 20.0, 20.0, 0.003136810049316468),
    ('calibrated', 25.0, 25.0, 0.0005688916530198531),
    ('calibrated', 30.0, 30.0, 9.436316123405069e-05),
    ('calibrated', 50.0, 50.0, 4.209535923732393e-05),
    ('calibrated', 75.0, 75.0, 6.4871231503014e-07),
    ('calibrated', 100.0, 100.0, 8.198002357971075e-08);
