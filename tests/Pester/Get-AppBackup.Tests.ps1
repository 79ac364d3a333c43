Describe 'Get-AppBackup' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $root = New-TestApp
        $null = New-BackupSite second filesystem -Path "$root/other" -ExternalDisk
        $null = Register-BackupApp shop.example.com -Version 3 -DataDirectory "$root/shop"
        $first = New-AppBackup wiki.example.com -Label 1
        $null = New-AppBackup shop.example.com -Label 2
        $null = New-AppBackup wiki.example.com -Label 3 -Site second
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }

    It 'lists all backups, newest first' {
        (Get-AppBackup).Label | Should -Be '3', '2', '1'
    }

    It 'takes locations and wildcards as a parameter' {
        (Get-AppBackup wiki.example.com).Label | Should -Be '3', '1'
        (Get-AppBackup -Location shop*).Label | Should -Be 2
    }

    It 'takes locations and apps from the pipeline' {
        ('wiki*' | Get-AppBackup).Label | Should -Be '3', '1'
        (Get-BackupApp shop* | Get-AppBackup).Label | Should -Be 2
    }

    It 'lists only one site, or only the newest of each app' {
        (Get-AppBackup -Site second).Label | Should -Be 3
        (Get-AppBackup -Newest).Label | Should -Be '3', '2'
    }

    It 'finds a backup by its id, and names one that does not exist' {
        (Get-AppBackup -Id $first.Id).Label | Should -Be 1
        { Get-AppBackup -Id nothing -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.GetAppBackupCommand'
    }

    It 'is silent about an app without backups, and names an app and a site that do not exist' {
        $null = Register-BackupApp empty.example.com -Version 1 -DataDirectory (New-Item "$root/empty" -ItemType Directory)
        Get-AppBackup empty.example.com | Should -BeNullOrEmpty
        { Get-AppBackup nobody -ErrorAction Stop } | Should -Throw -ErrorId 'BackupsNotFound,CloudBackup.Commands.GetAppBackupCommand'
        { Get-AppBackup -Site nothing -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.GetAppBackupCommand'
    }

    It 'shows a table with id, time and sizes' {
        $text = Get-AppBackup | Out-String -Width 200
        $text | Should -Match 'Created\s+State\s+Stored\s+Took\s+Label\s+Id'
        $text | Should -BeLike "*$($first.Id)*"
    }
}
