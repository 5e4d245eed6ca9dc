select
    series_code,
    series_title,
    unit_code
from {{ ref('stg_plan__kpi_series') }}
union
select
    series_code,
    series_title,
    unit_code
from {{ ref('stg_plan__weight_series') }}
union
select
    series_code,
    series_title,
    unit_code
from {{ ref('stg_plan__component_series') }}
union
select
    series_code,
    series_title,
    unit_code
from {{ ref('stg_plan__former_series_titles') }}
